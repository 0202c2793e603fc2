#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: processes that make children in all ways, execute programs in all ways,
# and hear of their children's ends in all ways, do so wherever they are; a child
# goes where its parent is.
#
#   n1 (home) --> n2, and back by themselves as they like
#
# limit: 900
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

claim_visits execs
claim_visits execs.dyn 300
claim_visits orphans
claim_visits orphans 300
claim_visits pidfds
claim_visits pidfds 300
claim_visits reaper
claim_visits reaper 300
