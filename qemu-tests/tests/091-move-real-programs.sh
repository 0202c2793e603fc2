#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: real programs of a Debian userland that are moved at random every 50 to
# 500 ms, with all their children, write what they write unmoved: a shell and its
# pipelines, perl, awk, bc, archives, ciphers.
#
#   n1 (home, with the files): restless --> n1, n2, n3
#
# disk: debian
# limit: 600
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/real.sh"

real_begin
claim_real bash.sh
claim_real perl.pl
claim_real awk.sh
claim_real pack.sh
claim_real openssl.sh
