#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a victim can fail: each notices when one bit of what it guards is
# changed behind its back. Nothing moves here.
#
#   spoil --ptrace--> victim, both on n1
#
# limit: 240
. "$TOP/qemu-tests/lib/test.sh"

# One run may hit a moment in which that bit means nothing: spoil until it ends.
spoiled_until_it_ends() {
	local i
	for ((i = 0; i < 100; i++)); do
		n1 "kill -0 $1 && spoil $1 $2; sleep 0.05; kill -0 $1" || return 0
	done
	return 1
}

notices() {
	local what=$1 program=$2 said=$3 status=0
	start spoiled 1 "$program" -t $((60 * SLOW)) "${@:4}"
	wait_for 60 grep -q ready "$TMP/job/spoiled.out"
	if ! spoiled_until_it_ends "$(pid_of spoiled)" "$what"; then
		stop_client spoiled
		fail "$program notices $what"
		return
	fi
	finish spoiled 60 || status=$?
	out_of spoiled
	claim "$program notices $what" \
		spoiled_as_expected "$status" "$said"
}

spoiled_as_expected() {
	(($1)) && { [[ ! $2 ]] || grep -qE "^FAIL: .*($2)" "$TMP/job/spoiled.out"; }
}

for register in rax rbx rcx rdx rsi rdi rbp r8 r12 r15 flags; do
	notices $register regs $register
done
notices st fpu "x87 value"
notices cw fpu "x87 control"
notices mxcsr fpu "MXCSR|the sum"
notices xmm fpu "vector register 15|the sum"
notices gs tls ""
notices fs tls ""
notices memory bigmem "page .* word 0"
# malloc() may be the first to see that its own lists were hit, and aborts.
notices "memory:[heap]" heap ""
notices "memory:[heap]" brk ""
notices "memory:[stack]" stackdeep ""
notices memory allcheck "page .* word 0" 4
# It may hold what the check of the memory works with.
notices r12 allcheck "r12|page" 4
notices xmm allcheck "vector register 15" 4
