#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: timers expire away when they would at home and are counted right, sleeps
# that are interrupted last as long as they should, nothing used is taken back.
#
#   n1 (home) --> n2 --> n3 --> n1
#
# limit: 300
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

claim_tour 2 3 home -- ptimers
claim_tour 2 3 home -- usage
claim_restless 6 ptimers
claim_restless 4 usage
