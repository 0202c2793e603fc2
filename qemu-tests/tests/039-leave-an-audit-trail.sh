#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: what a process does away is in the audit trail of its home, each call
# once, as if it had been made there.
#
#   n1 (home) --> n2
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

times=40
mkdir=83	# the number of the call

# Nothing may be left out of the log.
n1 "echo 0 >/proc/sys/kernel/printk_ratelimit"
claim "calls can be audited" n1 audit $mkdir

# recorded PID: how many directories the log says that it has made.
recorded() {
	n1 dmesg | grep "syscall=$mkdir success=yes exit=0 " |
		grep -c " pid=$1 .* comm=\"dirs\" exe=\".*/dirs\""
}

all_recorded() {
	(($(recorded "$1") >= times))
}

# dirs_where NODE: it makes them there.
dirs_where() {
	local node=$1 pid
	claim_victim dirs 1 dirs $times || return
	pid=$(pid_of dirs)
	((node == 1)) || claim "it moves to $node" move dirs "$node"
	n1 touch "$(victim_dir dirs)/go"
	claim "each directory that it makes on $node is recorded" \
		wait_for 20 all_recorded "$pid"
	claim "it goes on on $node" goes_on dirs
	assert_eq "$(recorded "$pid")" $times "none is recorded twice on $node"
	assert_eq "$(where dirs)" "$node" "it is on $node"
	claim "dirs has seen nothing on $node" passes dirs
}

dirs_where 1
dirs_where 2
claim "the paths are in the records" \
	test "$(n1 dmesg | grep -c "name=\"$(victim_dir dirs)/made\"")" \
	-ge $((2 * times))
