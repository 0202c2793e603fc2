#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: families that fall apart, orphans that are taken in, and children that
# are known by descriptors are the same wherever their parents are; a child goes
# where its parent is.
#
#   n1 (home) --> n2, and back by themselves as they like
#
# limit: 900
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

claim_visits orphans
claim_visits orphans 300
claim_visits pidfds
claim_visits pidfds 300
