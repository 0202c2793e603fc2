#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a victim that is moved again and again, at moments it does not choose,
# notices nothing.
#
#   n1 (home) --> n2 --> n3 --> n1 --> n2 ...
#
# limit: 900
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

trips=4

restless() {
	local name=$1 i to before
	shift
	claim_victim "$name" 1 "$@" || return 0
	before=$(about "$name" nmigs)
	for ((i = 0; i < trips; i++)); do
		for to in 2 3 home; do
			if ! move "$name" $to; then
				fail "$name moves $((3 * trips)) times"
				tell_why "$name"
				reap "$name"
				return
			fi
		done
	done
	claim "$name moves $((3 * trips)) times" \
		test $(($(about "$name" nmigs) - before)) -ge $((3 * trips))
	claim "$name goes on and has seen nothing" goes_on_and_passes "$name"
}

goes_on_and_passes() {
	goes_on "$1" && passes "$1"
}

restless regs regs
restless fpu fpu
restless tls tls
restless heap heap
restless bigmem bigmem 2
restless stackdeep stackdeep
restless brk brk
restless mmapanon mmapanon
restless filemap filemap
restless clock clock
restless sleeper sleeper 50
restless files files
restless pipes pipes
restless sockets sockets
restless sigs sigs
restless faults faults
restless timers timers
restless waits waits
restless futexes futexes
restless rseqv rseqv
restless allcheck allcheck 2
