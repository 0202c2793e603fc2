#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a write that is not understood, or a move that cannot be, is refused
# with the error that says why, and the process goes on where it is.
#
#   n1 (home) --x--> n2 (blocks), n3 (down), n9 (unknown)
#
# limit: 240
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

# refuses NAME FILE TEXT ERROR: written to /proc/PID/mosix/FILE
refuses() {
	assert_eq "$(tell "$1" "$2" "$3" || true)" "$4" \
		"'$3' to $2 of $1 is $4"
}


victim heap 1 heap

for text in "" x 2x x2 -1 0 "2 3" home2 HOME 99999 4294967298 2.0 0x2; do
	refuses heap goto "$text" EINVAL
done
refuses heap goto '2\n2\n' EINVAL
refuses heap goto "$(printf '%0300d' 2)" EINVAL
for text in "" 2 -1 x "0 1"; do
	refuses heap lock "$text" EINVAL
done
refuses heap goto 9 ENODEV
refuses heap goto 65535 ENODEV

assert_eq "$(n1 tell /proc/1/mosix/goto 2)" EBUSY "init stays"
assert_eq "$(n1 cat /proc/1/mosix/cantmove)" "init process" "and says why"
assert_eq "$(n1 tell /proc/2/mosix/goto 2)" EBUSY "a kernel thread stays"
assert_eq "$(n1 cat /proc/2/mosix/cantmove)" "kernel thread" "and says why"

n2 'echo 1 >/proc/mosix/admin/block'
refuses heap goto 2 ECONNREFUSED
assert_match "$(about heap last)" '^node 2: .' "the last failure has words"
n2 'echo 0 >/proc/mosix/admin/block'

crash_node 3
refuses heap goto 3 EHOSTUNREACH
assert_match "$(about heap last)" '^node 3: .' "and so has this one"
boot_node 3
wait_node 3

assert_eq "$(about heap nmigs)" 0 "nothing has moved"
claim "heap is at home" is_on heap 1
claim "a move that can be works afterwards" move heap 2
assert_eq "$(about heap last)" - "and clears the last failure"
refuses heap goto 9 ENODEV
refuses heap goto junk EINVAL
claim "away, refused moves leave it where it is" is_on heap 2
claim "heap goes on" goes_on heap
claim "heap has seen nothing" passes heap
