#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: make -j with gcc on a real C project, and git, write what they write
# unmoved when they are moved at random with all their children.
#
#   n1 (home, with the files): restless --> n1, n2, n3
#
# disk: debian
# limit: 1500
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/real.sh"

real_begin
tar -C "$TOP/build/linux" -cf "$TMP/tools.tar" \
	tools/lib/{subcmd,api,string.c,ctype.c,str_error_r.c} \
	tools/{build,scripts,include} tools/arch/x86/include
put 1 "$TMP/tools.tar" "$real/tools.tar"
# Four compilers at once: their pages fill the line of a debug kernel.
PACE=$((SLOW * SLOW)) claim_real build.sh 600
claim_real git.sh
