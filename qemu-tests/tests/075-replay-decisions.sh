#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: what a node writes into its journal is all that its decisions are made
# from: elsewhere, with the same files, the same comes out, and something else
# from other figures.
#
#   n1: six burners --> n1, n2, n3;  each node's journal --> replayed here
#
# limit: 300
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

names=(burner1 burner2 burner3 burner4 burner5 burner6)

# By the machine that runs the test, which has a compiler.
replay() { # FILE
	make -s -C "$TOP/loadinfo/test" OUT="$TMP/unit" replay JOURNAL="$1" \
		>"$TMP/replay.log" 2>&1
}

decides_the_same() {
	replay "$1" && return
	tail -n 20 "$TMP/replay.log"
	return 1
}

decides_otherwise() {
	replay "$1" && return 1
	grep -q "decided otherwise" "$TMP/replay.log" && return
	cat "$TMP/replay.log"
	return 1
}

has_left() {
	local name
	for name in "${names[@]}"; do
		[[ $(where "$name") == 1 ]] || return 0
	done
	return 1
}

# Rounds that move something for a CPU: that reason is 13.
moves_in() {
	awk '$1 == "best" && $4 == 13' "$1" | wc -l
}

# The same journal, but the node was idle in these rounds.
make_idle() {
	awk '
		function flush_round(   i) {
			for (i = 0; i < n; i++) {
				$0 = line[i]
				if (moves && $1 == "self")
					$7 = 0
				print
			}
			n = moves = 0
		}
		$1 == "round" { this = $0; flush_round(); $0 = this }
		{ line[n++] = $0; if ($1 == "best" && $4 == 13) moves = 1 }
		END { flush_round() }' "$1"
}

set_journal() {
	local i
	for i in 1 2 3; do
		node "$i" "echo $1 >/proc/mosix/admin/journal_kib"
	done
}

assert_eq "$(n1 cat /proc/mosix/journal)" "" "nothing is recorded unasked"
set_journal 4096
for name in "${names[@]}"; do
	n1 "rm -rf $(victim_dir "$name"); mkdir $(victim_dir "$name")"
	start "$name" 1 burn -d "$(victim_dir "$name")"
	echo 1 >"$TMP/job/$name.home"
done
must "some of six burners leave node 1" wait_for 60 has_left
sleep $((5 * SLOW))
for i in 1 2 3; do
	node "$i" cat /proc/mosix/journal >"$TMP/journal.$i"
	echo "node $i: $(wc -c <"$TMP/journal.$i") bytes," \
		"$(grep -c ^best "$TMP/journal.$i") rounds"
	assert_eq "$(grep -c ^round "$TMP/journal.$i")" \
		"$(grep -c ^best "$TMP/journal.$i")" "node $i: rounds are whole"
	claim "node $i: there are five or more" \
		test "$(grep -c ^best "$TMP/journal.$i")" -ge 5
	claim "node $i: the same is decided again" \
		decides_the_same "$TMP/journal.$i"
done
claim "node 1 records a move" test "$(moves_in "$TMP/journal.1")" -ge 1
make_idle "$TMP/journal.1" >"$TMP/journal.idle"
claim "on a node that was idle then nothing would have moved" \
	decides_otherwise "$TMP/journal.idle"
sed '0,/^\(best .* \)[0-9]*$/s//\17/' "$TMP/journal.2" >"$TMP/journal.other"
claim "a decision with another figure is not what comes out" \
	decides_otherwise "$TMP/journal.other"

set_journal 32
sleep $((2 * SLOW))
claim "it takes no more memory than it may" \
	test "$(n1 cat /proc/mosix/journal | wc -c)" -le $((32 * 1024))
set_journal 0
sleep $((2 * SLOW))
assert_eq "$(n1 cat /proc/mosix/journal)" "" "and none when it may not"
for name in "${names[@]}"; do
	claim "$name has seen nothing" passes "$name"
done
