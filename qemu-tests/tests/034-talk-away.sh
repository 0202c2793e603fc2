#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: whoever talks to a process at home goes on while away: Unix sockets with
# descriptors and credentials, TCP and UDP in both roles, message queues and
# semaphores, a terminal of its own.
#
#   n1 (home; a child stays) --> n2 --> n3 --> n1
#
# limit: 400
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

claim_tour 2 3 home -- unixes
claim_tour 2 3 home -- servers
claim_tour 2 3 home -- queues
claim_tour 2 3 home -- ptys
claim_restless 3 unixes
claim_restless 3 servers
claim_restless 3 queues
claim_restless 3 ptys
