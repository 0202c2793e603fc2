#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: fetched on demand, too, a page crosses the wire once; what was not
# touched away stays at home; what was comes home when it is touched there. A
# process that leaves while pages are on their way loses none.
#
#   n1 (home) <==pages on demand==> n2
#                  |
#               capture
#
# limit: 400
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

mib=2
pages=$((mib * 256))

out_and_back() {
	pcap pages | awk '{ out += $(NF - 2); back += $(NF - 1) }
		END { print out + 0, back + 0 }'
}

n1 tell /proc/mosix/admin/strategy demand
victim idle 1 sleeper 3000
must "a victim that sleeps moves" move idle 2
read -r out _ < <(out_and_back)
claim "with few pages ($out)" test "$out" -le 60
claim "it goes on" goes_on idle
claim "it has seen nothing" passes idle
read -r out0 back0 < <(out_and_back)

victim big 1 bigmem $mib
must "a victim that touches all its memory moves" move big 2
claim "it goes on" goes_on big
claim "for a second round" goes_on big
read -r out back < <(out_and_back)
out=$((out - out0))
back=$((back - back0))
claim "each of its $pages pages was fetched ($out were)" test $out -ge $pages
claim "and hardly any twice" test $out -le $((pages + 150))
claim "none went back ($back did)" test $back -le 50
must "it comes home" move big home
claim "it goes on" goes_on big
claim "for a second round at home" goes_on big
read -r out2 back2 < <(out_and_back)
claim "each of its pages came home ($((back2 - back0)) did)" \
	test $((back2 - back0)) -ge $pages
claim "and hardly any twice" test $((back2 - back0)) -le $((pages + 200))
claim "none went out meanwhile" test $((out2 - out0)) -le $((out + 50))
claim "it has seen nothing" passes big

claim_restless 8 strides 8
n1 tell /proc/mosix/admin/strategy auto
