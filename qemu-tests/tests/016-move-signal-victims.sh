#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: victims of signals, timers and interrupted waits do not notice a tour,
# nor many of them; who asks for a signal at each move gets one for each.
#
#   n1 (home) --> n2 --> n3 --> n1, and again
#
# limit: 900
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

claim_tour 2 3 home -- sigs
claim_tour 2 3 home -- timers
claim_tour 2 3 home -- waits
claim_tour 2 3 home -- early
# It makes children: they stay at home, or go where it works.
claim_visits sigmig
claim_visits sigmig 300

# Signals meet moves at every place of the program, the vDSO's code included.
claim_restless 20 timers
claim_restless 20 early
claim_restless 20 sigmig
