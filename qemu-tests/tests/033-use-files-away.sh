#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: files are away what they are at home: open flags, names, holes, appends
# and locks against a process at home, copies between descriptors.
#
#   n1 (home; a child stays) --> n2 --> n3 --> n1
#
# limit: 400
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

claim_tour 2 3 home -- openflags
claim_tour 2 3 home -- names
claim_tour 2 3 home -- holes
claim_tour 2 3 home -- appends
claim_tour 2 3 home -- locks
claim_settled copies
claim_tour 2 3 home -- blocks
claim_restless 2 openflags
claim_restless 2 names
claim_restless 2 holes
claim_restless 2 appends
claim_restless 2 locks
claim_restless 2 copies
claim_restless 2 blocks
