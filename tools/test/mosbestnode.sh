# shellcheck shell=bash disable=SC2154 # variables of check.sh
# SPDX-License-Identifier: GPL-2.0-only
# mosbestnode: of 1 (busy), 2 (free), 3 (down), 4 (fast, blocks), 5 (nearly free)

b=("$bin/mosbestnode" -p "$proc")
claim "mosbestnode has one" runs 0 "${b[@]}" --within 0
claim "that would do best" test "$(cat "$tmp/out")" = 2
claim "--all has all that would do" runs 0 "${b[@]}" --all
claim "in order, with their figures" test "$(paste -sd, "$tmp/out")" = \
	"2 1000,5 1200,1 2000"
claim "--list" runs 0 "${b[@]}" --list 1,3-5
claim "takes one of those" test "$(cat "$tmp/out")" = 5
claim "--other" runs 0 "${b[@]}" --other --list 1-2
claim "is not this node" test "$(cat "$tmp/out")" = 2
claim "no other" runs 1 "${b[@]}" --other --list 1
claim "is told" says err "no node would do"
claim "--memory" runs 0 "${b[@]}" --memory 5000 --list 1-2
claim "is where it is" test "$(cat "$tmp/out")" = 2
claim "so much memory is nowhere" runs 1 "${b[@]}" --memory 100000
claim "--address" runs 0 "${b[@]}" --address --list 2
claim "is the address" test "$(cat "$tmp/out")" = 192.0.2.2
claim "--json" runs 0 "${b[@]}" --json --list 2
claim "has the figures" json 'd["cost"]' 1000
claim "--json --all" runs 0 "${b[@]}" --json --all
claim "has the list" json '[n["node"] for n in d]' '[2, 5, 1]'
taken() {
	for ((i = 0; i < 40; i++)); do
		"${b[@]}" --within 200
	done | sort -u | paste -sd,
}
claim "--within takes one at random of the good" test "$(taken)" = 2,5
echo 1 >"$proc/mosix/self"
sed -i 's/^4 up,block/4 up,leaving/' "$proc/mosix/vector"
claim "a node that leaves" runs 1 "${b[@]}" --list 4
sed -i 's/^4 up,leaving/4 up/' "$proc/mosix/vector"
claim "a node that is twice as fast" runs 0 "${b[@]}" --within 0
claim "is better" test "$(cat "$tmp/out")" = 4
claim "a list that is none is wrong" runs 2 "${b[@]}" --list 1,
claim "so is an argument" runs 2 "${b[@]}" 2
claim "mosbestnode on another kernel fails" runs 1 "$bin/mosbestnode" -p "$tmp"
