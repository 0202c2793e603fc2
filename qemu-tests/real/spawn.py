#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Children of a program: pipes both ways, statuses, signals, environments."""
import os
import signal
import subprocess
import sys

for i in range(8):
    r = subprocess.run(["sh", "-c", "cat; echo $X >&2; exit %d" % i],
                       input=b"x" * 50000 * i, env={"X": str(i)}, capture_output=True)
    print(r.returncode, len(r.stdout), r.stderr)

first = subprocess.Popen(["seq", "30000"], stdout=subprocess.PIPE)
second = subprocess.Popen(["sort", "-r"], stdin=first.stdout, stdout=subprocess.PIPE)
first.stdout.close()
third = subprocess.run(["md5sum"], stdin=second.stdout, capture_output=True, text=True)
print(third.stdout, first.wait(), second.wait())

sleeper = subprocess.Popen(["sleep", "1000"])
try:
    sleeper.wait(0.3)
except subprocess.TimeoutExpired:
    sleeper.send_signal(signal.SIGSTOP)
    print(os.WIFSTOPPED(os.waitpid(sleeper.pid, os.WUNTRACED)[1]))
    sleeper.send_signal(signal.SIGCONT)
    sleeper.terminate()
    print(sleeper.wait())

me = "import sys, hashlib; d = sys.stdin.buffer.read(); " \
     "print([hashlib.sha256(d * n).hexdigest()[:8] for n in range(20)])"
children = [subprocess.Popen([sys.executable, "-S", "-c", me], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE) for _ in range(3)]
for n, c in enumerate(children):
    print(c.communicate(bytes([n]) * 30000)[0])
pid = os.fork()
if not pid:
    os.execvp("expr", ["expr", "6", "*", "7"])
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
print(os.waitstatus_to_exitcode(os.posix_spawn("/bin/sh", ["sh", "-c", "exit 9"], {}) and os.wait()[1]))
