#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: the selftests of the kernel's base that pass at home pass away, but for
# differences whose reasons are known: memory, the CPU, files, what /proc shows.
#
#   n1 (home): each test twice unmoved, then away on n2 or n3 from its first
#   instruction on
#
# disk: debian
# limit: 3600
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/base.sh"

base_begin
claim_base mm mincore x86 vDSO cachestat core fchmodat2 filelock ipc openat2 \
	proc rlimits seccomp filesystems/epoll
