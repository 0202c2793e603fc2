#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a process that comes home for a call that only home can carry out goes
# back to where it was; its children, and the programs that they execute, are
# where it is. One that would come all the time stays at home.
#
#   n1 (home) --> n2, fork: --> n1 --> n2, parent and child
#
# limit: 400
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

# Is there one of that name whose body is on node 2?
is_away() {
	n1 "for f in \$(grep -lsx $1 /proc/[0-9]*/comm); do
		cat \${f%comm}mosix/where 2>/dev/null
	done" | grep -qx 2
}

# A parent that was sent when it had little work left stays at home: once more.
is_away_with_parent() {
	is_on family 2 >/dev/null || move family 2
	is_away "$1"
}

ms=$((1500 * SLOW))
claim_victim family 1 family $ms
must "it moves" move family 2
claim "its child is where it is" wait_for 60 is_away_with_parent child
claim "so is the program that the child executes" wait_for 60 is_away_with_parent grown
claim "the parent is back there, too" wait_for 60 is_on family 2
claim "it goes on" goes_on family 120
claim "it went, came and went back ($(about family nmigs) moves)" \
	test "$(about family nmigs)" -ge 3
claim "it has seen nothing" passes family

claim_victim forkexec 1 forkexec
must "one that forks all the time moves" move forkexec 2
claim "and goes on" goes_on forkexec
claim "at home, before long" wait_for 30 is_on forkexec 1
sleep 2
claim "where it stays ($(about forkexec nmigs))" is_on forkexec 1
claim "it has seen nothing" passes forkexec
