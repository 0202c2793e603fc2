#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: every victim moves out, onward and home, works at each place and
# notices nothing.
#
#   n1 (home) --> n2 --> n3 --> n1
#
# limit: 900
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

must "there is a node to move to" n1 test -e /proc/mosix/self

trip() {
	local name=$1
	shift
	claim_victim "$name" 1 "$@" || return 0
	claim_trip "$name" 2 3 home
	claim "$name has seen nothing" passes "$name"
}

trip regs regs
trip fpu fpu
trip tls tls
trip data data
trip heap heap
trip heap.dyn heap.dyn
trip bigmem bigmem 8
trip stackdeep stackdeep
trip brk brk
trip mmapanon mmapanon
trip filemap filemap
trip clock clock
trip sleeper sleeper
trip pids pids
trip limits limits
trip files files
trip badptr badptr
trip pipes pipes
trip sockets sockets
trip sigs sigs
trip faults faults
trip timers timers
trip futexes futexes
trip rseqv rseqv
trip cputime cputime
trip burn burn
trip allcheck allcheck 8
trip allcheck.dyn allcheck.dyn 4
