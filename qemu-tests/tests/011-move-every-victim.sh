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

claim_tour 2 3 home -- regs
claim_tour 2 3 home -- fpu
claim_tour 2 3 home -- tls
claim_tour 2 3 home -- data
claim_tour 2 3 home -- heap
claim_tour 2 3 home -- heap.dyn
claim_tour 2 3 home -- bigmem 8
claim_tour 2 3 home -- stackdeep
claim_tour 2 3 home -- brk
claim_tour 2 3 home -- mmapanon
claim_tour 2 3 home -- filemap
claim_tour 2 3 home -- clock
claim_tour 2 3 home -- sleeper
claim_tour 2 3 home -- pids
claim_tour 2 3 home -- limits
claim_tour 2 3 home -- files
claim_tour 2 3 home -- badptr
claim_tour 2 3 home -- pipes
claim_tour 2 3 home -- sockets
claim_tour 2 3 home -- faults
claim_tour 2 3 home -- futexes
claim_tour 2 3 home -- rseqv
claim_tour 2 3 home -- cputime
claim_tour 2 3 home -- burn
claim_tour 2 3 home -- allcheck 8
claim_tour 2 3 home -- allcheck.dyn 4
