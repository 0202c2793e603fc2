#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: the freezer of a control group at home holds a body, wherever it is,
# and lets it go on; the group's CPU time has what the body used.
#
#   n1: victim (home), its body on n2; /sys/fs/cgroup/job on n1
#
# limit: 300
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

group=/tmp/cgroup/job

frozen() {
	[[ $(n1 "grep frozen $group/cgroup.events") == "frozen $1" ]]
}

usage_ms() {
	echo $(($(n1 "grep usage_usec $group/cpu.stat" | cut -d' ' -f2) / 1000))
}

n1 'mkdir -p /tmp/cgroup; mount -t cgroup2 none /tmp/cgroup'
n1 "mkdir $group"

# NAME PROGRAM...
claim_freezes() {
	local name=$1 before
	shift
	claim_victim "$name" 1 "$@" || return 0
	n1 "echo $(pid_of "$name") >$group/cgroup.procs"
	must "$name is away" move "$name" 2
	before=$(usage_ms)
	uses() { (($(usage_ms) > before + 500)); }
	claim "$name: its group's CPU time grows" wait_for 30 uses
	n1 "echo 1 >$group/cgroup.freeze"
	claim "$name: its group freezes" wait_for 20 frozen 1
	# What it had begun may reach its file a moment later.
	sleep 1
	before=$(rounds "$name")
	sleep 2
	assert_eq "$(rounds "$name")" "$before" "$name: frozen, it does nothing"
	n1 "echo 0 >$group/cgroup.freeze"
	claim "$name: thawed, it goes on" goes_on "$name"
	claim "$name: still on node 2" is_on "$name" 2
	claim "$name has seen nothing" passes "$name"
}

claim_freezes one regs
claim_freezes many threads

claim_victim dies 1 regs
n1 "echo $(pid_of dies) >$group/cgroup.procs"
must "another one is away" move dies 2
n1 "echo 1 >$group/cgroup.freeze"
wait_for 20 frozen 1
n1 kill -KILL "$(pid_of dies)"
status=0
finish dies || status=$?
assert_eq "$status" 137 "frozen, it can be killed"
claim "no guest is left on node 2" wait_for 20 no_guest_on 2
n1 "echo 0 >$group/cgroup.freeze; sleep 0.2; rmdir $group;
	umount /tmp/cgroup; rmdir /tmp/cgroup"
