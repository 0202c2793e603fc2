#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: memory that is guarded, advised on, moved about, shared, copied when it
# is written, or read and written from outside is away what it is at home.
#
#   n1 (home) --> n2 --> n3 --> n1
#
# limit: 900
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

claim_tour 2 3 home -- guard
claim_tour 2 3 home -- selfmem
claim_tour 2 3 home -- resident
claim_tour 2 3 home -- strides
claim_tour 2 3 home -- slide 4

# Locking memory is no reason to come home, nor is sealing it.
claim_settled mlocks
claim_settled seals

claim_tour 2 3 home -- reuse

claim_visits remap
claim_visits scans
claim_visits advise
claim_visits cow

# What it registers for at home is known away, and the other way round.
claim_victim barriers 1 barriers
for to in 2 3 home; do
	claim_trip barriers $to
	n1 kill -USR1 "$(pid_of barriers)"
	claim "barriers goes on with one kind more ($to)" goes_on barriers
done
claim_trip barriers 2
claim "barriers has seen nothing" passes barriers

# What it could share, and shares with nobody, moves with it.
shmem_kib() {
	n1 "awk '\$1 == \"Shmem:\" { print \$2 }' /proc/meminfo"
}

shmem_is_below() {
	(($(shmem_kib) < $1))
}

# Each CPU counts for itself, and tells the sum now and then.
before=$(shmem_kib)
claim_victim alone 1 alone
claim "alone has 2400 KiB that it could share" \
	test "$(shmem_kib)" -ge $((before + 1600))
claim_trip alone 2
claim "home gets that back" wait_for 20 shmem_is_below $((before + 800))
claim_trip alone 3 home
claim "alone has seen nothing" passes alone
claim_restless 3 alone
claim_victim alone 1 alone 1
for i in 1 2 3 4 5 6; do
	claim "alone moves to 2 when it may ($i)" wait_for 60 move alone 2
	claim "alone goes on ($i)" goes_on alone
done
claim "alone has seen nothing" passes alone

# What it shares, and may write, holds it back as long as it is mapped.
claim_victim shared 1 shared
for i in 1 2 3; do
	claim "shared moves to 2 when it may ($i)" wait_for 60 move shared 2
	claim "shared goes on ($i)" goes_on shared
done
claim "shared has seen nothing" passes shared

claim_restless 3 guard
claim_restless 3 selfmem
claim_restless 3 resident
claim_restless 3 mlocks
claim_restless 3 seals
