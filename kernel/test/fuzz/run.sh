#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# run.sh check|keep|SECONDS TARGET...: run the targets in OUT one after the
# other and print KTAP. `check` gives each a fixed number of inputs, the same each
# time; a number of seconds is shared out among them, and the inputs are new.
# `keep` puts what those runs found into corpus/. An input that breaks a target
# is kept, and the line says where.

set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd -P)
out=$(realpath -m "${OUT:?}")

# Inputs of each target in a check: a few seconds.
declare -A runs=([link]=120000 [payload]=200000 [gossip]=50000
	[handshake]=60000 [replay]=150000 [ahead]=150000 [tally]=50000)
# Least share of the branches that the inputs take, in percent: what none of
# them takes is not tried.
declare -A least=([link]=90 [payload]=85 [gossip]=75 [handshake]=85 [replay]=95
	[ahead]=95 [tally]=95)
longest=8300	# bytes of an input: two pages and what is in front of them
options=("-max_len=$longest" -timeout=20 -print_final_stats=1 -close_fd_mask=1)

# What to begin with: of the tables, and of earlier runs.
prepare() {
	rm -rf "$out/seeds.d" "$out/corpus"
	mkdir -p "$out/seeds.d" "$out/crash" "$out/log"
	"$out/seeds" "$out/seeds.d"
	for target in "$@"; do
		mkdir -p "$out/corpus/$target" "$out/found/$target"
		[ ! -f "$here/corpus/$target.txt" ] ||
			"$here/corpus.py" unpack "$out/corpus/$target" \
				<"$here/corpus/$target.txt"
	done
}

# number PATTERN FILE: the last one that PATTERN (with one group) finds.
number() {
	local found
	found=$(sed -nE "s/.*$1.*/\1/p" "$2" | tail -n 1)
	echo "${found:-0}"
}

claims=0
status=0

claim() {
	claims=$((claims + 1))
	if "${@:2}"; then
		echo "ok $claims - $1"
	else
		echo "not ok $claims - $1"
		status=1
		return 1
	fi
}

# engine TARGET OPTION...: until it ends; what was new goes to the first folder.
engine() {
	local target=$1 log=$out/log/$1
	shift
	"$out/$target" "${options[@]}" -artifact_prefix="$out/crash/$target-" \
		"$@" "$out/corpus/$target" "$out/seeds.d/$target" >"$log" 2>&1
}

explain() {
	local log=$out/log/$1
	grep -E '^(==[0-9]+==ERROR|SUMMARY|not so)|runtime error' "$log" |
		sed 's/^/# /' || true
	sed -n "s/.*Test unit written to /# input: /p" "$log"
	echo "# again: $out/$1 INPUT"
}

# The pure files of a target fed with all inputs: "lines% branches%".
reached() {
	local target=$1
	find "$out/lines/$target" -name '*.gcda' -delete
	"$out/lines/$target/feed" "${@:2}" >/dev/null
	find "$out/lines/$target" -name '*.gcda' -exec gcov -n -b {} + |
		awk '/^File/ { ours = /\.c.$/ }
		     ours && /^Lines executed/ { split($0, a, /[:%]| of /)
						 l += a[2] * a[4]; L += a[4] }
		     ours && /^Taken at/ { split($0, a, /[:%]| of /)
					   b += a[2] * a[4]; B += a[4] }
		     END { print int(l / L), int(b / B) }'
}

# try TARGET FOUND OPTION...: new inputs go to the folder FOUND
try() {
	local target=$1 log=$out/log/$1 fine=true inputs edges lines branches
	engine "$target" "${@:3}" "$2" || fine=false
	inputs=$(number 'number_of_executed_units: ([0-9]+)' "$log")
	edges=$(number 'cov: ([0-9]+)' "$log")
	claim "fuzz: $target: $inputs inputs, $edges edges" $fine || {
		explain "$target"
		return 0
	}
	read -r lines branches < <(reached "$target" "$out/seeds.d/$target" \
		"$out/corpus/$target" "$2")
	claim "fuzz: $target: $lines % of lines, $branches % of branches" \
		[ "$branches" -ge "${least[$target]}" ] || true
}

# Only what tells more than the seeds do.
keep() {
	local target=$1 kept=$out/kept/$1 seed
	rm -rf "$kept"
	mkdir -p "$kept" "$here/corpus"
	cp "$out/seeds.d/$target"/* "$kept"
	"$out/$target" "${options[@]}" -merge=1 "$kept" \
		"$out/corpus/$target" "$out/found/$target" >"$out/log/$target" 2>&1
	for seed in "$out/seeds.d/$target"/*; do
		rm "$kept/$(basename "$seed")"
	done
	"$here/corpus.py" pack "$kept" >"$here/corpus/$target.txt"
	echo "$target: $(wc -l <"$here/corpus/$target.txt") inputs are kept"
}

what=$1
shift
prepare "$@"
if [ "$what" = keep ]; then
	for target in "$@"; do
		keep "$target"
	done
	exit
fi
echo "KTAP version 1"
for target in "$@"; do
	if [ "$what" = check ]; then
		fresh=$(mktemp -d "$out/check.XXXXXX")
		try "$target" "$fresh" -seed=1 -runs="${runs[$target]}"
		rm -rf "$fresh"
	else
		try "$target" "$out/found/$target" \
			-max_total_time=$((what / $# ? what / $# : 1))
	fi
done
echo "1..$claims"
exit $status
