#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: what a process works with goes ahead of it, and nothing else: away it
# waits for few pages.
#
#   n1 (home, much memory) --few pages--> n2
#
# nodes: 2
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

hot=24	# pages that hotset works with, of 4096; others it needs now and then

sent() {
	pcap pages | awk '{ out += $(NF - 2) } END { print out + 0 }'
}

n1 tell /proc/mosix/admin/strategy demand
claim_victim hotset 1 hotset
for i in 1 2 3; do
	before=$(sent)
	claim "it moves ($i)" move hotset 2
	claim "it goes on ($i)" goes_on hotset
	waited=$(faults_on 2)
	claim "it waited for few pages ($waited, $i)" test "$waited" -lt $hot
	went=$(($(sent) - before))
	claim "few pages went with it ($went, $i)" test "$went" -le 70
	claim "it comes home ($i)" move hotset home
	claim "it goes on there ($i)" goes_on hotset
done
claim "it has seen nothing" passes hotset
n1 tell /proc/mosix/admin/strategy auto
