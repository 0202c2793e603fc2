#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: whoever attaches to a process that is away has it at home at once, for
# as long as that lasts, and sees it as if it had never left.
#
#   n1: strace --> files, its body on n2
#
# needs: strace
# nodes: 2
# limit: 200
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

is_traced() {
	n1 grep -q '^TracerPid:.[1-9]' "/proc/$(pid_of files)/status"
}

sees_calls() {
	n1 "grep -q 'write(' /tmp/strace.$1"
}

is_free() {
	! is_traced
}

victim files 1 files
must "the victim is away" move files 2
start strace 1 strace -f -p "$(pid_of files)" -o /tmp/strace.first
claim "strace attaches" wait_for 30 is_traced
claim "the victim is at home then" is_on files 1
claim "it goes on under strace" goes_on files
assert_eq "$(about files cantmove)" traced "it says why it stays"
assert_match "$(tell files goto 2 || true)" EBUSY "it cannot be sent away"
n1 kill -INT "$(pid_of strace)"
finish strace || true
claim "strace has seen its calls" sees_calls first
claim "strace lets go of it" wait_for 30 is_free
claim "the victim moves again" move files 2
claim "and goes on" goes_on files

# Attached and let go again and again, while somebody sends it away.
before=$(about files nmigs)
start sender 1 sh -c "'while test -e /proc/$(pid_of files); do
	echo 2 >/proc/$(pid_of files)/mosix/goto; done 2>/dev/null'"
for ((i = 0; i < 5; i++)); do
	wait_for 30 is_on files 2 || true
	start strace 1 strace -f -p "$(pid_of files)" -o /tmp/strace.$i
	claim "tracer $i sees calls of the victim" wait_for 60 sees_calls $i
	n1 kill -INT "$(pid_of strace)"
	finish strace || true
done
claim "it was away before each of them" \
	test $(($(about files nmigs) - before)) -ge 9
claim "the victim has seen nothing" passes files
stop_client sender
