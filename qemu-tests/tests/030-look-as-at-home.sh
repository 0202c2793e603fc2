#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: what the home shows of a process that is away is what it would show
# had the process never left.
#
#   n1 (home): ps, /proc, kill          n2: the body
#
# limit: 240
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

# The fields of /proc/PID/stat behind the name, from the third (state) on.
stat_fields() {
	n1 "sed 's/.*) //' /proc/$pid/stat" | cut -d' ' -f"$1"
}

cpu_ticks() {
	local fields
	read -r -a fields < <(stat_fields 12,13)
	echo $((fields[0] + fields[1]))
}

ps_line() {
	n1 'busybox ps -o pid,ppid,pgid,user,comm,args' | grep -E "^ *$pid "
}

status_lines() {
	n1 "grep -E '^(Name|Umask|Tgid|Pid|PPid|TracerPid|Uid|Gid|FDSize|Groups|NSpid|Threads|Sig|Shd|Cap|NoNew|Seccomp)' /proc/$pid/status" |
		grep -v '^SigQ'
}

rss_kib() {
	n1 "grep '^VmRSS:' /proc/$pid/status" | awk '{ print $2 }'
}

victim busy 1 burn
pid=$(pid_of busy)
ps=$(ps_line)
status=$(status_lines)
ids=$(stat_fields 2-5)
start_time=$(stat_fields 20)
rss=$(rss_kib)
maps=$(n1 "grep -vE 'heap|stack' /proc/$pid/maps" | cut -d' ' -f1,2)
cmdline=$(n1 "tr '\0' ' ' </proc/$pid/cmdline")
env=$(n1 "tr '\0' ' ' </proc/$pid/environ")
files=$(n1 "ls -l /proc/$pid/fd" | sed 's/.* \([0-9]* ->\)/\1/')
must "the victim is away" move busy 2

assert_eq "$(ps_line)" "$ps" "ps shows the same line"
assert_eq "$(status_lines)" "$status" "/proc/PID/status shows the same lines"
assert_eq "$(stat_fields 2-5)" "$ids" "the same parent, group and session"
assert_eq "$(stat_fields 20)" "$start_time" "the same start time"
assert_eq "$(n1 "tr '\0' ' ' </proc/$pid/cmdline")" "$cmdline" \
	"the same command line"
assert_eq "$(n1 "tr '\0' ' ' </proc/$pid/environ")" "$env" \
	"the same environment"
# The deputy's scratch area is the one thing more; see Documentation/design.rst.
assert_eq "$(n1 "grep -vE 'heap|stack|\[mosix\]' /proc/$pid/maps" |
	cut -d' ' -f1,2)" "$maps" "the same mappings"
assert_eq "$(n1 "ls -l /proc/$pid/fd" | sed 's/.* \([0-9]* ->\)/\1/')" \
	"$files" "the same open files"
assert_match "$(n1 readlink "/proc/$pid/exe")" '/bin/burn$' "the same program"

ticks=$(cpu_ticks)
grows() { (($(cpu_ticks) > ticks + 50)); }
claim "its CPU time grows at home" wait_for 30 grows
# The deputy itself sleeps: what grows was burnt elsewhere.
ticks=$(cpu_ticks)
sleep 2
used=$(($(cpu_ticks) - ticks))
claim "and not faster than time" test $used -le 400

# It runs, though what is here of it sleeps; and it has its memory.
is_running() {
	[[ $(stat_fields 1) == R ]]
}
has_memory() {
	local kib
	kib=$(rss_kib)
	((kib * 10 >= rss * 9 && kib <= rss * 2)) && return
	echo "$kib KiB, not $rss"
	return 1
}
claim "it is said to run" wait_for 5 is_running
claim "it has as much memory as at home" wait_for 5 has_memory
assert_eq "$(n1 cat "/proc/$pid/wchan")" 0 "it does not wait for anything"
pages=$(($(stat_fields 22) * 4))
claim "/proc/PID/stat has its memory, too ($pages KiB)" \
	test $((pages * 10)) -ge $((rss * 9))

smaps_kib() {
	n1 "cat /proc/$pid/smaps" | awk '$1 == "Rss:" { n += $2 } END { print n + 0 }'
}
smaps_agree() {
	local kib=0 sum
	kib=$(rss_kib) sum=$(smaps_kib)
	((sum * 10 >= kib * 9 && sum * 9 <= kib * 10)) && return
	echo "smaps: $sum KiB, status: $kib KiB"
	return 1
}
claim "its smaps add up to that" wait_for 5 smaps_agree

claim "the body is a guest of node 2" \
	n2 "grep -q '^$pid burn 1 2 ' /proc/mosix/processes"
claim "kill -0 finds it" n1 kill -0 "$pid"
n1 kill -TERM "$pid"
claim "SIGTERM ends it as it ends a victim" finish busy
assert_match "$(out_of busy | tail -n 1)" '^PASS' "which has seen nothing"
claim "no guest is left on node 2" \
	wait_for 20 n2 "! grep -q '^$pid ' /proc/mosix/processes"

victim stubborn 1 regs
must "another victim is away" move stubborn 3
n1 kill -KILL "$(pid_of stubborn)"
status=0
finish stubborn 20 || status=$?
assert_eq "$status" 137 "SIGKILL ends it, and its parent is told so"
claim "and nothing of it is left on node 3" \
	wait_for 20 n3 "! grep -q '^$(pid_of stubborn) ' /proc/mosix/processes"
