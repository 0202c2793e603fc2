#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: processes with threads move out, onward and home as one, whatever their
# threads wait for, and notice nothing; threads are made and end while away.
#
#   n1 (home) --> n2 --> n3 --> n1
#
# limit: 900
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

claim_tour 2 3 home -- threads
claim_tour 2 3 home -- threads leave
claim_tour 2 3 home -- tsignals
claim_tour 2 3 home -- tfutex
claim_tour 2 3 home -- tmem

# Home shows the same threads, and a stop stops them all.
claim_victim many 1 tsignals
pid=$(pid_of many)
threads=$(n1 ls "/proc/$pid/task")
must "a process with threads is away" move many 2
assert_eq "$(n1 ls "/proc/$pid/task")" "$threads" "home shows the same threads"
n1 kill -STOP "$pid"
stopped() {
	n1 "cat /proc/$pid/task/*/status" | awk '/^State/ && $2 != "T" { bad = 1 }
		END { exit bad }'
}
claim "all threads are stopped at home" wait_for 20 stopped
before=$(rounds many)
n1 sleep 1
assert_eq "$(rounds many)" "$before" "none of them works while it is stopped"
n1 kill -CONT "$pid"
claim "continued, they go on" goes_on many
claim "they have seen nothing" passes many

# It is killed as one.
claim_victim dies 1 tmem
must "another one is away" move dies 2
n1 kill -KILL "$(pid_of dies)"
status=0
finish dies || status=$?
assert_eq "$status" 137 "killed at home, it dies of that"
claim "no guest is left on node 2" wait_for 20 no_guest_on 2
