#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# ktap-sum.sh [-n] FILE...: sum up KTAP files. Prints "passed failed skipped";
# without -n as the closing line "N passed, N failed, N skipped", exit 1 when
# anything failed. Counted are the results at the tips: a line that has results
# below it counts only if it failed although all of them passed. A plan that
# was not fulfilled, "Bail out!" and a file without any result are failures.

set -euo pipefail
numbers=0
if [ "${1:-}" = -n ]; then
	numbers=1
	shift
fi

awk -v numbers="$numbers" '
	# forget the results deeper than this indentation; tell if any failed
	function close_below(depth,    d, bad) {
		below = bad = 0
		for (d in seen)
			if (d + 0 > depth) {
				below += seen[d]
				bad += broken[d] + check_plan(d)
				delete seen[d]
				delete broken[d]
			}
		return bad
	}
	function check_plan(d,    missing) {
		missing = (d in plan) && plan[d] != seen[d]
		delete plan[d]
		failed += missing
		return missing
	}
	function end_file() {
		if (name == "")
			return
		named[name] = 1
		close_below(-1)
		if (!results)
			failed++
	}
	FNR == 1 { end_file(); name = FILENAME; results = 0 }
	{ sub(/\r$/, ""); sub(/^\[ *[0-9.]+\] /, "") }
	/^ *K?TAP version/ {
		match($0, /^ */)
		close_below(RLENGTH)
		check_plan(RLENGTH)
		seen[RLENGTH] = 0
		next
	}
	/^ *1\.\.[0-9]+/ {
		match($0, /^ */)
		d = RLENGTH
		close_below(d)
		line = $0
		sub(/^ *1\.\./, "", line)
		# a second stream at this depth: the first is complete
		again = d in plan
		if (again)
			check_plan(d)
		# a plan may also come last
		if (again || seen[d] != line + 0) {
			seen[d] = 0
			plan[d] = line + 0
		}
		if (line ~ /# *SKIP/) { skipped++; results++ }
		next
	}
	/^ *Bail out!/ { failed++; results++; next }
	/^ *(not )?ok( |$)/ {
		match($0, /^ */)
		d = RLENGTH
		bad = close_below(d)
		parent = below > 0
		notok = ($0 ~ /^ *not /)
		skip = ($0 ~ /# *[Ss][Kk][Ii][Pp]/)
		seen[d]++
		results++
		if (!parent) {
			if (skip) skipped++
			else if (notok) failed++
			else passed++
		} else if (notok && !bad)
			failed++
		if ((notok && !skip) || bad)
			broken[d]++
	}
	END {
		end_file()
		for (i = 1; i < ARGC; i++)
			failed += !(ARGV[i] in named)
		if (numbers)
			print passed + 0, failed + 0, skipped + 0
		else
			printf "%d passed, %d failed, %d skipped\n",
			       passed, failed, skipped
		exit (failed > 0 && !numbers)
	}
' "$@"
