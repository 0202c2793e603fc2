#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a program in a PID or time namespace moves as any other, also as the
# first process of a container; its PIDs and its clocks are what they were.
#
#   n1 (home): enclose --> program, which goes --> n2 --> n3 --> n1
#
# limit: 600
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

# enclosed WHAT NAME ARGS...: a victim of node 1 in namespaces
enclosed() {
	local name=$2
	launch_by enclose "$1"
	shift
	victim "$name" 1 "$@"
}

# claim_enclosed WHAT NAME ARGS...
claim_enclosed() {
	local what=$1 name=$2
	if ! enclosed "$@"; then
		echo "$name said: $(out_of "$name") $(err_of "$name")"
		fail "$name starts ($what)"
		reap "$name"
		return
	fi
	ok "$name starts ($what)"
	if claim_trip "$name" 2 3 home 2; then
		claim "$name has seen nothing ($what)" passes "$name"
	else
		tell_why "$name"
		reap "$name"
	fi
}

# How it ends, moved to node $1 when that is not 1; $2 as for ending.
ended_on() {
	enclosed init ending "$2" >/dev/null || return
	[[ $1 == 1 ]] || move ending "$1" || return
	n1 "touch $(victim_dir ending)/stop"
	finish ending 60 || echo "status $?"
}

n1 'echo 0 >/proc/sys/debug/exception-trace' || true

claim_enclosed pid pids
claim_enclosed init pids
claim_enclosed pid threads
claim_enclosed init threads
claim_enclosed init tsignals
claim_enclosed time clock
claim_enclosed time timers
claim_enclosed all allcheck 2
claim_enclosed all pids
claim_enclosed all clock

# PID 1 does not hear what it sends to itself, not even by abort(). It dies away, or
# at home where somebody takes its core.
for taker in core '|/bin/true'; do
	n1 "echo '$taker' >/proc/sys/kernel/core_pattern"
	for how in exit:3 segv stack trap abort; do
		home=$(ended_on 1 $how)
		assert_eq "$(ended_on 2 $how)" "$home" \
			"$how: seen as at home ($taker)"
	done
done
n1 "echo core >/proc/sys/kernel/core_pattern"

# Two processes that are both PID 1 and 2 where they live, at one place.
claim "one PID 1 starts" enclosed init pids
claim "it moves" move pids 2
claim "another one starts" enclosed init tfutex
claim "it moves there, too" move tfutex 2
claim "both go on" goes_on pids
claim "the other, too" goes_on tfutex
claim "the host calls them by their PIDs at home" test \
	"$(n2 "awk '\$3 == 1 { print \$1 }' /proc/mosix/processes" | sort)" \
	= "$({ pid_of pids; pid_of tfutex; } | sort)"
claim "one has seen nothing" passes pids
claim "nor has the other" passes tfutex
claim "nothing is left of them on node 2" wait_for 20 no_guest_on 2
claim "nor of what kept their namespaces" wait_for 20 \
	n2 '! grep -lx mosix_realm /proc/[0-9]*/comm | sed 1d | grep .'
