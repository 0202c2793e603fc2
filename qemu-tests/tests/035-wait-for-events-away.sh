#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: poll, select and epoll, event, timer and signal descriptors report away
# what they report at home, and let in the same signals.
#
#   n1 (home; a child stays) --> n2 --> n3 --> n1
#
# limit: 300
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

claim_tour 2 3 home -- polls
claim_tour 2 3 home -- evfds
claim_restless 4 polls
claim_restless 4 evfds
