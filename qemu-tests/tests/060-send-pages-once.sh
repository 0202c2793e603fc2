#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a page crosses the wire once for a move, whether it is sent ahead or
# fetched, and what was never touched away does not come back.
#
#   n1 (home) ==pages==> n2
#                |
#             capture
#
# limit: 300
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

pages=256

# How often the text of page $1 was seen; a page has it 128 times. Where a
# segment ends within one, that one is missed.
texts() {
	grep -ao "$(printf '<mark page %06d of the victim>' "$1")" \
		"$(cat "$CLUSTER/capture.name")" | wc -l
}

# Pages that went out and came back over the link from $1 to $2 so far.
out_and_back() {
	pcap pages | awk -v from="10.77.0.$1:" -v to="10.77.0.$2:" '
		index($0, from) && index($0, to) {
			out += $(NF - 2); back += $(NF - 1)
		}
		END { print out + 0, back + 0 }'
}

seen_once() {
	local page bad=0 count
	out_and_back 1 2 >/dev/null	# the capture is complete then
	for page in 1 2 3 50 100 200 255 256; do
		count=$(texts $page)
		# A segment may be sent again: some texts more are not the page twice.
		((count >= 120 && count <= 160)) && continue
		echo "the text of page $page was seen $count times"
		bad=1
	done
	return $bad
}

fetched() {
	local out
	read -r out _ < <(out_and_back 1 2)
	((out >= pages))
}

# All at once, before it runs.
n1 tell /proc/mosix/admin/strategy eager
victim mark 1 mark $pages
must "a victim moves with all its pages" move mark 2
read -r out back < <(out_and_back 1 2)
claim "all $pages went out ($out did)" test "$out" -ge $pages
# The rest of a static program is its stack, its data and its code.
claim "and hardly more than those" test "$out" -le $((pages + 250))
claim "none came back ($back did)" test "$back" -le 50
claim "the text of a page was sent once" seen_once
claim "it goes on" goes_on mark
claim "with no more pages" test "$(out_and_back 1 2 | cut -d' ' -f1)" \
	-le $((out + 20))
claim "it has seen nothing" passes mark
n1 tell /proc/mosix/admin/strategy auto
