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

claim_restless 4 regs
claim_restless 4 fpu
claim_restless 4 tls
claim_restless 4 heap
claim_restless 4 bigmem 2
claim_restless 4 stackdeep
claim_restless 4 brk
claim_restless 4 mmapanon
claim_restless 4 filemap
claim_restless 4 clock
claim_restless 4 sleeper 50
claim_restless 4 files
claim_restless 4 pipes
claim_restless 4 sockets
claim_restless 4 sigs
claim_restless 4 faults
claim_restless 4 timers
claim_restless 4 waits
claim_restless 4 futexes
claim_restless 4 rseqv
claim_restless 4 allcheck 2
