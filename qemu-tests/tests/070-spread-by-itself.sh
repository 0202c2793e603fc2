#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: six CPU-bound programs started on one node of three spread over all by
# themselves, within a minute, stay where they are then, and notice nothing.
#
#   n1: six burners --> n1: 2, n2: 2, n3: 2
#
# limit: 400
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

jobs=6
names=()
for ((i = 1; i <= jobs; i++)); do
	names+=("burner$i")
done

pids() {
	local name
	for name in "${names[@]}"; do
		pid_of "$name"
	done
}

# What each burner's file $1 of /proc/PID/mosix says, one a line.
all_say() {
	local pid files=
	for pid in $(pids); do
		files+=" /proc/$pid/mosix/$1"
	done
	# shellcheck disable=SC2086 # several files
	n1 cat $files
}

on_node() {
	all_say where | grep -cx "$1" || true
}

total_moves() {
	all_say nmigs | paste -sd+ | bc
}

# With two CPUs a node, two and two and two is the only even way.
is_spread() {
	(($(on_node 2) >= 2 && $(on_node 3) >= 2))
}

show() {
	local i
	all_say where | paste -sd' '
	for i in 1 2 3; do
		node $i cat /proc/mosix/decisions | tail -n 20 || true
	done
}

# What is printed last is shown where a claim fails: when a move was decided and when
# it ended, and what is missing for the next one.
spreads() {
	local status=0
	wait_for 60 is_spread || status=$?
	show
	((status)) || return 0
	all_say last | paste -sd,
	all_say would | paste -sd,
	n1 "tail -n 6 /proc/mosix/decisions; tail -n 6 /proc/mosix/moves"
	all_say where | paste -sd' '
	return $status
}

for name in "${names[@]}"; do
	n1 "rm -rf $(victim_dir "$name"); mkdir $(victim_dir "$name")"
	start "$name" 1 burn -d "$(victim_dir "$name")"
	echo 1 >"$TMP/job/$name.home"
done
began=$SECONDS
claim "two burners or more are on each other node within a minute" \
	spreads
echo "spread after $((SECONDS - began)) s"

sleep $((10 * SLOW))
moves=$(total_moves)
sleep $((20 * SLOW))
claim "then nothing moves any more" test "$(total_moves)" -le $((moves + 1))
claim "and it took few moves ($(total_moves))" test "$(total_moves)" -le 10
claim "they are still spread" is_spread
show
for name in "${names[@]}"; do
	claim "$name goes on" goes_on "$name"
done
for name in "${names[@]}"; do
	claim "$name has seen nothing" passes "$name"
done
