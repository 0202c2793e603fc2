#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What tests 095 and 096 found last, as a table for the documentation: how many
# verdicts of each test pass at home, and of these away.
set -eu
shopt -s nullglob

here=$(dirname "$(readlink -f "$0")")
verdicts=("$here"/../../build/base-selftests/verdicts/*)
((${#verdicts[@]})) || {
	echo "table.sh: no verdicts: run tests 095 and 096 first" >&2
	exit 1
}

rule() {
	echo "======================================  =========  ========="
}

rule
printf '%-38s  %-9s  %s\n' test 'at home' away
rule
awk -F '\t' '
	{ home[$1] += $3 == "ok"; away[$1] += $3 == "ok" && $4 == "ok" }
	END {
		for (test in home)
			if (home[test])
				printf "%-38s  %9d  %9d\n", test, home[test],
					away[test]
	}' "${verdicts[@]}" | sort
rule
echo
echo "Nothing of these passes at home, on the machines of the test bench:"
echo
awk -F '\t' '{ home[$1] += $3 == "ok" }
	END { for (test in home) if (!home[test]) print "- " test }' \
	"${verdicts[@]}" | sort
