# shellcheck shell=bash disable=SC2154 # variables of check.sh
# SPDX-License-Identifier: GPL-2.0-only
# mostestload

mkdir -p "$proc/self/mosix"
echo 1 >"$proc/self/mosix/where"
l=("$bin/mostestload" -p "$proc")
claim "mostestload ends well" runs 0 "${l[@]}" --time 1
claim "tells where it begins" says out "begins on node 1$"
claim "and what it did" says out "rounds in 1\\.[0-9] s, 0 moves, all well$"
(
	sleep 0.4
	# At once: a file that is written anew is empty for a moment.
	echo 2 >"$proc/self/mosix/where.new"
	mv "$proc/self/mosix/where.new" "$proc/self/mosix/where"
) &
claim "a move" runs 0 "${l[@]}" -t 1
wait
claim "is told" says out "moved to node 2$"
claim "and counted" says out ", 1 moves,"
claim "--quiet" runs 0 "${l[@]}" -q -t 0
claim "tells the sum only" test "$(wc -l <"$tmp/out")" = 1
claim "--json" runs 0 "${l[@]}" -j -t 0
claim "is JSON" json 'd["spoiled"]' False
claim "--jobs" runs 0 "${l[@]}" --quiet --jobs 3 -t 0
claim "are so many" test "$(grep -c 'all well' "$tmp/out")" = 3
claim "memory, calls and a file" runs 0 "${l[@]}" -q -t 1 -c 0 --memory 2 \
	--syscalls 10 --read 8 --write 8
claim "are as they were" says out "all well"
claim "memory in random order" runs 0 "${l[@]}" -q -t 1 -c 20 -m 1 --random
claim "a file with a name" runs 0 "${l[@]}" -q -t 0 -f "$tmp/file" --write 4
claim "is made" test "$(stat -c %s "$tmp/file")" = 1048576
(
	sleep 0.4
	head -c 1048576 /dev/zero >"$tmp/file"
) &
claim "a file that somebody spoils" runs 1 "${l[@]}" -q -t 9 -f "$tmp/file" \
	--read 1024
wait
claim "is noticed" says out "SPOILED"
claim "a file that cannot be had fails" runs 1 "${l[@]}" -r 4 -f "$tmp/no/file"
claim "a kernel without moves is no error" runs 0 "$bin/mostestload" -p "$tmp" -t 0
# the CPU time that the shell saw its children take, in hundredths
child_time() {
	awk '{ print $16 + $17 }' "/proc/$BASHPID/stat"
}
uses() { # LEAST MOST OPTION...: hundredths of a second of CPU time
	local least=$1 most=$2 used

	shift 2
	used=$("${l[@]}" -q "$@" >/dev/null; child_time)
	[ "$used" -ge "$least" ] && [ "$used" -le "$most" ] && return
	echo "# $used hundredths"
	return 1
}
claim "--cpu 0 computes nearly nothing" uses 0 30 -t 1 --cpu 0
claim "--cpu wants a number up to 100" runs 2 "${l[@]}" --cpu 101
claim "an argument is wrong" runs 2 "${l[@]}" 3
