#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a home that lies, in any state of its link, loses that link, in words, and
# harms neither its host nor the guests of others there.
#
#   n1: a victim, its body on n2     n3: liar --> n2
#
# limit: 600
# nodes: 3
# wire: hostile
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

pid=20000

# lie NAME: what became of it
lie() {
	pid=$((pid + 1))
	ON_LIMIT=$((120 * SLOW)) n3 liar 10.77.0.2 2 3 $pid "$1"
}

links_of_2() {
	n2 ps | grep -c '[m]osix_rx' || true
}

only_ours_is_left() {
	n2 "! grep -qw liar /proc/mosix/processes" && (($(links_of_2) <= 1))
}

# KiB that somebody could have there
free_of_2() {
	n2 "awk '/MemAvailable/ { print \$2 }' /proc/meminfo"
}

has_it_back() {
	(($(free_of_2) + 65536 > before))
}

victim one 1 heap
must "a guest of another node is there" move one 2

before=$(free_of_2)
for name in rings base map round clocks signals deaf ranges pages again late took resume \
	twice version short long; do
	assert_eq "$(lie $name)" ended "$name: the link ends"
	claim "$name: and nothing of it is left" wait_for 60 only_ours_is_left
	claim "$name: the other guest goes on" goes_on one
done
claim "of the memory that all that took nothing is lost" wait_for 60 has_it_back
assert_match "$(lie nothing)" '^(refused|ended)$' "no image: it is refused"
claim "no image: and nothing of it is left" wait_for 60 only_ours_is_left

claim "the log names what the newer one speaks, and what its host does" n2 \
	"dmesg | grep -q 'mosix: node 3 speaks versions [0-9]* to [0-9]* of the protocol, this one [0-9]* to [0-9]*: no link'"

# Without a process they cost a node two threads each.
n2 'cat /proc/mosix/admin/max_guests >/tmp/most; echo 8 >/proc/mosix/admin/max_guests'
start many 3 liar 10.77.0.2 2 3 150 links
claim "many links are made" wait_for 60 grep -q ready "$TMP/job/many.out"
claim "not all of them are kept" test "$(links_of_2)" -le 74
claim "the other guest goes on beside them" goes_on one
finish many || true
n2 'cat /tmp/most >/proc/mosix/admin/max_guests'
claim "they are gone with who made them" wait_for 60 only_ours_is_left
claim_trip one home 2
claim "the other guest has seen nothing" passes one
