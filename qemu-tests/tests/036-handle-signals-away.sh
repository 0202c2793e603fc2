#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: signals that come from home do away what they do at home: queued ones in
# order, handlers in handlers, on other stacks and left by a jump, what a parent
# hears of its children; a call that waits ends with EINTR, or goes on.
#
#   n1 (home; a child stays and sends) --> n2 --> n3 --> n1
#
# limit: 400
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

claim_tour 2 3 home -- rtsigs
claim_tour 2 3 home -- chldsigs
claim_tour 2 3 home -- restarts
claim_restless 4 rtsigs
claim_restless 4 chldsigs
claim_restless 6 restarts
