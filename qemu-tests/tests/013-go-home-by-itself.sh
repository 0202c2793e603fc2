#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a program that, while it is away, does what only its home can do, gets
# it done as at home; whether it comes home for that is its kernel's business.
#
#   n1 (home) --> n2, which calls fork, exec, mmap of a file, dlopen ...
#
# limit: 600
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

claim_visits forkexec
claim_visits filemap fresh
claim_visits dyn.dyn
