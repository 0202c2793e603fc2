#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a process that has moved with little is followed by its memory, whether
# it touches it or not; each page crosses the wire once; and however often it is
# called home meanwhile, none is lost.
#
#   n1 (home) ==pages, unasked==> n2, n3
#                  |
#               capture
#
# limit: 400
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

mib=8
pages=$((mib * 256))

pages_out() {
	pcap pages | awk '{ out += $(NF - 2) } END { print out + 0 }'
}

# What is here of it; VmRSS counts what it has elsewhere as well.
home_kib() {
	n1 "awk '/^pages_here/ { print \$2 * 4 }' /proc/$(pid_of big)/mosix/stats"
}

home_is_empty() {
	(($(home_kib) < mib * 1024 / 16))
}

n1 tell /proc/mosix/admin/strategy push
victim big 1 bigmem $mib
claim "at home it has its memory" test "$(home_kib)" -ge $((mib * 1024))
n1 kill -STOP "$(pid_of big)"
out0=$(pages_out)
n1 "kill -CONT $(pid_of big)"
must "it moves" move big 2
n1 kill -STOP "$(pid_of big)"
claim "though it stands still, home gets its memory back" \
	wait_for 60 home_is_empty
out=$(($(pages_out) - out0))
claim "since each of its $pages pages went over ($out did)" \
	test $out -ge $((pages - pages / 16))
# With zero pages for what was never touched of a block of 2 MiB.
claim "once" test $out -le $((pages + 512 * 3))
n1 kill -CONT "$(pid_of big)"
claim "it goes on" goes_on big
claim "it has seen nothing" passes big

n1 tell /proc/mosix/admin/strategy push
claim_restless 10 bigmem 16
claim_restless 5 allcheck 8
claim_restless 5 tmem
claim_restless 5 slide 16
n1 tell /proc/mosix/admin/strategy auto
