# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Single measurements; each prints one number.
#
#   ping_us, stream_kib    the network alone
#   call_us                a forwarded call that does nothing
#   carry_kib MIB          memory that a program sends, gives back, and has anew there
#   file_kib write|read    a body that writes or reads a file in blocks of 1 MiB
#   push_kib MIB [push]    an eager move of so much memory, or until it has followed
#   freeze_us MIB [write]  the longest gap that a process sees when it moves
#   work_us N              a computation on node N
#   walk_us STRATEGY WAY   work that begins as it is moved, until it is done
#   spared MIB [STEP]      fetches of pages, one after the other, or of each
#                          STEPth, that reading ahead makes needless
#   node_bytes N           that have crossed its interface, either way
#
# prepare, go, answer and drop are about one process, the job.

file_mib=32
# Of so much memory somewhat less than half is worked on, so many times.
walk_mib=64 walk_used=28 walk_rounds=20

ping_us() {
	n1 tcpping ping 10.77.0.2 9000 200
}

stream_kib() {
	n1 tcpping stream 10.77.0.2 9000 64
}

carry_kib() {
	n1 tcpping carry 10.77.0.2 9000 "$1"
}

strategy() {
	n1 tell /proc/mosix/admin/strategy "$1" >/dev/null
}

is_ready() {
	grep -qs ready "$TMP/job/job.out"
}

# prepare N PROGRAM ARGS...: start it on node 1, move it to node N.
prepare() {
	local to=$1
	shift
	start job 1 "$@"
	n1 tell "/proc/$(pid_of job)/mosix/lock" 1 >/dev/null
	wait_for 120 is_ready
	((to == 1)) || go "$to" >/dev/null
}

# go N [MIB]: microseconds until it runs there, or so much of its memory is there.
go() {
	n1 mover "$(pid_of job)" "$@"
}

has_answered() {
	(($(wc -l <"$TMP/job/job.out") > 1))
}

# Its second line.
answered() {
	wait_for 300 has_answered
	out_of job | tail -n 1
}

answer() {
	n1 kill -"$1" "$(pid_of job)"
	answered
}

drop() {
	n1 kill -KILL "$(pid_of job)" 2>/dev/null || true
	finish job 60 || true
}

call_us() {
	prepare 2 timed calls 400
	echo $(($(answer USR1) / 1000))
	drop
}

file_kib() {
	local us
	prepare 2 timed "$1" "$file_mib"
	us=$(answer USR1)
	drop
	echo $((file_mib * 1024 * 1000000 / us))
}

work_us() {
	prepare "$1" timed work 30000000
	answer USR1
	drop
}

push_kib() {
	local us
	strategy "${2-eager}"
	prepare 1 timed touch "$1"
	us=$(go 2 ${2:+"$1"})
	drop
	strategy auto
	echo $(($1 * 1024 * 1000000 / us))
}

freeze_us() {
	strategy demand
	prepare 1 ticker "$1" ${2:+"$2"}
	n1 kill -USR1 "$(pid_of job)"
	go 2 >/dev/null
	answer TERM
	finish job 60
	strategy auto
}

# One command for both: what it works at home counts alike in all strategies.
walk_us() {
	local pid
	strategy "$1"
	prepare 1 walks "$2" "$walk_mib" "$walk_used" "$walk_rounds"
	pid=$(pid_of job)
	n1 "kill -USR1 $pid; mover $pid 2" >/dev/null
	answered
	drop
	strategy auto
}

# Fetches of one page each that reading ahead spared, of all pages.
spared() {
	local faults
	strategy demand
	prepare 2 timed touch "$@"
	answer USR1 >/dev/null
	faults=$(faults_on 2)
	drop
	strategy auto
	[[ $faults ]] && echo $(($1 * 256 / ${2-1} - faults))
}

node_bytes() {
	node "$1" 'cd /sys/class/net/eth0/statistics
		echo $(($(cat rx_bytes) + $(cat tx_bytes)))'
}
