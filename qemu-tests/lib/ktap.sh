# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The runner's KTAP stream: one flat list, numbered as it goes.
#
#   ktap_begin, ktap_end        header; plan and totals; fails if anything did
#   ktap_line PREFIX LINE       pass on one unnumbered "ok - TEXT" line
#   ktap_result ok|"not ok" TEXT
#   ktap_note TEXT...           diagnostics
#   ktap_fold PREFIX <STREAM    pass on the leaves of another (K)TAP stream

ktap_count=0
ktap_failed=0
ktap_skipped=0

ktap_begin() {
	echo "KTAP version 1"
}

ktap_note() {
	echo "# $*"
}

ktap_result() {
	ktap_count=$((ktap_count + 1))
	case "$1 $2" in
	not\ ok*) ktap_failed=$((ktap_failed + 1)) ;;
	*'# SKIP'*) ktap_skipped=$((ktap_skipped + 1)) ;;
	esac
	echo "$1 $ktap_count $2"
}

ktap_line() {
	case $2 in
	'ok - '*) ktap_result ok "$1: ${2#ok - }" ;;
	'not ok - '*) ktap_result "not ok" "$1: ${2#not ok - }" ;;
	esac
}

# Leaves only: a suite's own line repeats what its cases said. A plan that is
# not kept, or no result at all, is a failure too: the program died.
ktap_leaves() {
	awk '
	function depth() { match($0, /^ */); return int(RLENGTH / 4) }
	/^ *# Subtest: / { d = depth(); sub(/^ *# Subtest: /, ""); name[d] = $0 }
	/^ *1\.\.[0-9]+/ && depth() == 0 {
		split($0, plan, /\.\./); planned = plan[2] + 0
	}
	/^ *(not )?ok [0-9]+/ {
		d = depth()
		leaf = !child[d + 1]; child[d + 1] = 0; child[d] = 1
		top += !d
		verdict = /^ *not ok/ ? "not ok" : "ok"
		text = $0
		sub(/^ *(not )?ok [0-9]+ *(- )?/, "", text)
		if (!leaf && verdict == "ok")
			next
		path = ""
		for (i = 0; i <= d; i++)
			if (name[i] != "" && name[i] != text)
				path = path name[i] "."
		print verdict " - " path text
		results++
	}
	END {
		if (!results)
			print "not ok - it gives a result"
		else if (planned && planned != top)
			print "not ok - " planned " results were planned, " \
				top " came"
	}'
}

ktap_fold() {
	local line
	while IFS= read -r line; do
		ktap_line "$1" "$line"
	done < <(ktap_leaves)
}

ktap_end() {
	echo "1..$ktap_count"
	ktap_note "$((ktap_count - ktap_failed - ktap_skipped)) passed," \
		"$ktap_failed failed, $ktap_skipped skipped"
	((!ktap_failed && ktap_count))
}
