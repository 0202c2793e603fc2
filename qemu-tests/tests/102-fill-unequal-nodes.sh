#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: nodes of unequal speed are filled in proportion, and then nothing moves.
#
#   n1, n3, n5: 30 % of a core, speed 1200: four burners each
#   n2, n4, n6: 15 %,           speed  600: two each
#
# The clock of an emulated CPU tells nothing of its share: the admin does.
#
# nodes: 6
# share: 30 15 30 15 30 15
# flavour: normal
# limit: 500
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"
. "$TOP/qemu-tests/lib/six.sh"

all_moves() {
	local name sum=0
	for name in "${burning[@]}"; do
		sum=$((sum + $(about "$name" nmigs)))
	done
	echo $sum
}

for i in 1 3 5; do
	admin $i speed 1200
	admin $((i + 1)) speed 600
done
must "each node hears of the others" wait_for 30 all_know "$NODES"
burners 18
began=$SECONDS
claim "18 burners are four on a fast node and two on a slow one, give or take one" \
	wait_for 150 spread_is 4 2 4 2 4 2
echo "after $((SECONDS - began)) s: $(spread)"
sleep 15
echo "and then: $(spread)"
claim "and stay so" spread_is 4 2 4 2 4 2
share_used >/dev/null
before=$(all_moves)
sleep 15
moved=$(($(all_moves) - before))
claim "with little moving any more ($moved)" test $moved -le 1
# Else nodes of the host were unequal in another way, or not at all.
share_used | tee "$TMP/used"
short=$(awk 'BEGIN { split("30 15 30 15 30 15", may) }
	$4 < 0.9 * may[$2]' "$TMP/used")
text="each node uses what it may have"
if [[ $short ]]; then
	skip "$text" "perhaps the host was too busy: ${short%%$'\n'*}"
else
	ok "$text"
fi
claim "nobody moves more often than the rules allow" moves_are_rare 1
claim "and nobody was taken for dead" all_know "$NODES"
show_all
all_admin speed 0
burners_pass
