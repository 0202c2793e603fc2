#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: threads that are cancelled, that lock for reading and writing, that die
# with a mutex that others wait for, that live shortly or execute a program are
# away what they are at home.
#
#   n1 (home) --> n2 --> n3 --> n1
#
# limit: 900
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

claim_tour 2 3 home -- tcancel
claim_tour 2 3 home -- tlocks
claim_tour 2 3 home -- tbrief
claim_tour 2 3 home -- tfleeting
claim_visits texec 0 stay
claim_visits texec 0 leave
claim_restless 3 tcancel
claim_restless 3 tlocks
claim_restless 3 tbrief
claim_restless 4 tfleeting
