#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a set-user-ID program runs at home and nowhere else, also when who starts
# it is away; it has the rights that it should have, and its caller none more.
#
#   n1 (home): trusting, which goes --> n2; its child executes trusted, which is
#   root's, on n1
#
# limit: 300
# nodes: 2
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

n1 "cp \$(command -v trusting) /tmp/trusted; chmod 4755 /tmp/trusted"
launch_by as 65534
must "who trusts starts on node 1" victim trusting 1 trusting /tmp/trusted

# What may be seen of who is trusted: where it is, and why.
look() {
	n1 "for f in \$(grep -lx trusted /proc/[0-9]*/comm 2>/dev/null); do
		cat \${f%comm}mosix/where \${f%comm}mosix/cantmove 2>/dev/null
	done"
	n2 "grep -w trusted /proc/mosix/processes" | sed 's/.*/away/'
}

seen=$TMP/seen
: >"$seen"
moves=0
for ((i = 0; i < 25; i++)); do
	move trusting 2 >/dev/null && moves=$((moves + 1))
	look >>"$seen" || true
done
claim "who trusts moved ($moves times)" test $moves -ge 3
claim "who is trusted was seen" grep -qx 1 "$seen"
claim "it may not go, for its memory" grep -q "private memory" "$seen"
claim_not "it was nowhere else" grep -qx "away\|2" "$seen"
claim "who trusts goes on" goes_on trusting
assert_match "$(n1 "cat /proc/$(pid_of trusting)/status")" \
	"Uid:[[:space:]]+65534[[:space:]]+65534" "it is who it was"
claim "and has seen nothing" passes trusting
