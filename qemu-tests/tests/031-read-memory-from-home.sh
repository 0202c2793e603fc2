#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: /proc/PID/mem at home reads and writes the memory of the body, and the
# body goes on with it.
#
#   n1: dd on /proc/PID/mem --> the pages of the body on n2
#
# limit: 240
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

# Page 65536 is the victim's mailbox, its texts come behind; see mark.c.
mailbox=65536

page() {
	n1 "dd if=/proc/$pid/mem bs=4096 skip=$((mailbox + $1)) count=1 \
		status=none"
}

# The number of times that the right text is in page $1, of 128.
texts() {
	page "$1" | grep -o "$(printf '<mark page %06d of the victim>' "$1")" |
		wc -l
}

answer() {
	n1 "dd if=/proc/$pid/mem bs=8 skip=$((mailbox * 512 + 1)) count=1 2>/dev/null |
		od -An -tx8" | tr -d ' '
}

answers() {
	[[ $(answer) == "$1" ]]
}

victim mark 1 mark 64
pid=$(pid_of mark)
assert_eq "$(texts 5)" 128 "at home the text of a page is read"
must "the victim is away" move mark 2
claim "and goes on there" goes_on mark
for i in 1 2 33 64 1 17; do
	assert_eq "$(texts "$i")" 128 "away the text of page $i is read from home"
done
claim "the victim goes on with the pages that were looked at" goes_on mark
# The body fetches each page back while the next ones are read.
readings=$((SLOW == 1 ? 12 : 4))
sums=$(n1 "i=0; while [ \$i -lt $readings ]; do i=\$((i + 1));
	dd if=/proc/$pid/mem bs=4096 skip=$((mailbox + 1)) count=64 status=none |
	md5sum; done | sort | uniq -c")
assert_eq "$(awk '{ print $1 }' <<<"$sums")" $readings \
	"all readings of all pages, with the body at work, are the same"
n1 "printf '\001\002\003\004\005\006\007\010' |
	dd of=/proc/$pid/mem bs=8 seek=$((mailbox * 512)) conv=notrunc 2>/dev/null"
claim "what is written from home is answered by the body" \
	wait_for 20 answers f7f8f9fafbfcfdfe
assert_eq "$(n1 "tr '\0' ' ' </proc/$pid/cmdline" | cut -d' ' -f1)" mark \
	"the command line is read out of the body's stack"
claim "the victim is still on node 2" is_on mark 2
claim_trip mark home
assert_eq "$(texts 64)" 128 "home again the text is still there"
claim "the victim has seen nothing" passes mark

victim wait 1 mark 64 receive
pid=$(pid_of wait)
must "a victim that waits to receive is away" move wait 2
claim "and goes on there" goes_on wait
for i in 1 2 3 4; do
	assert_eq "$(texts 5)" 128 \
		"the page that it wants to receive into is as the body has it ($i)"
done
claim "it has seen nothing" passes wait
