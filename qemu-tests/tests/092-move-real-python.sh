#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: python programs that are moved at random with all their children write
# what they write unmoved: threads, processes that share memory, an event loop,
# children over pipes.
#
#   n1 (home, with the files): restless --> n1, n2, n3
#
# disk: debian
# limit: 600
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/real.sh"

real_begin
claim_real threads.py
claim_real loop.py
claim_real spawn.py
claim_real pool.py
