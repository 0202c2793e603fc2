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

trip() {
	local name=$1 i
	shift
	claim_victim "$name" 1 "$@" || return 0
	for i in 1 2 3; do
		claim "$name moves to 2 ($i)" move "$name" 2
		claim "$name goes on ($i)" goes_on "$name"
	done
	claim "$name has seen nothing" passes "$name"
}

trip forkexec forkexec
trip filemap filemap fresh
trip dyn dyn.dyn
