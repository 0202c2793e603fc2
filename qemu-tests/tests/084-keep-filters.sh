#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: seccomp filters hold for a process that is away as they do at home:
# errors, signals, supervisors and deaths, for calls made at home and away.
#
#   n1 (home, with the filter and its supervisor) --> n2 --> n3 --> n1
#
# limit: 400
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

claim_tour 2 3 home -- filtered
claim_restless 8 filtered

# Where it is, or at home when somebody takes its core.
for taker in core '|/bin/true'; do
	n1 "echo '$taker' >/proc/sys/kernel/core_pattern"
	claim_victim dies 1 filtered die || continue
	must "one with a deadly call ahead is away" move dies 2
	n1 "touch $(victim_dir dies)/stop"
	status=0
	finish dies $((60 * SLOW)) || status=$?
	assert_eq "$status" 159 "the call kills it (SIGSYS, $taker)"
	claim "no guest is left on node 2" wait_for 20 no_guest_on 2
done
n1 "echo core >/proc/sys/kernel/core_pattern"
