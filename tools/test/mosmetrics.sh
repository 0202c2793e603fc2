# shellcheck shell=bash disable=SC2154 # variables of check.sh
# SPDX-License-Identifier: GPL-2.0-only
# mosmetrics

o=("$bin/mosmetrics" -p "$proc")
# Each line is a comment or a sample; each sample stands below its own TYPE.
is_openmetrics() {
	awk '/^# TYPE / { type = $3; types[$3]++; next }
		/^# (HELP .*\.|EOF)$/ { last = $2; next }
		match($0, /^[a-z_]+/) && substr($0, 1, RLENGTH) == type &&
			/^[a-z_]+({[a-z]+="[^"]*"})? -?[0-9.e+]+$/ { next }
		{ print "# bad: " $0; bad = 1 }
		END { for (t in types) bad += types[t] > 1
		exit bad || last != "EOF" }' "$1"
}
claim "mosmetrics prints" runs 0 "${o[@]}"
claim "OpenMetrics" is_openmetrics "$tmp/out"
claim "of this node" says out '^mosix_node_load{node="1"} 1.5$'
claim "not of others" silent_about out 'node="2"'
claim "memory in bytes" says out '^mosix_node_memory_bytes{node="1"} 512299008$'
claim "who is away" says out '^mosix_processes_away 1$'
claim "guests" says out '^mosix_processes_guests 1$'
claim "moves" says out '^mosix_processes_moves 5$'
echo 1 >"$proc/10/mosix/lock"
printf '14 0 1 0 stay-gain 0 0 0\n' >>"$proc/mosix/decisions"
claim "mosmetrics --all prints" runs 0 "${o[@]}" --all
claim "OpenMetrics, too" is_openmetrics "$tmp/out"
claim "who is locked" says out '^mosix_processes_locked 1$'
claim "decisions" says out '^mosix_decisions{reason="stay-gain"} 2$'
claim "a node that is down" says out '^mosix_node_up{node="3"} 0$'
claim "and nothing else of it" silent_about out 'load{node="3"}'
claim "a node that blocks" says out '^mosix_node_block{node="4"} 1$'
claim "speed as a ratio" says out '^mosix_node_speed_ratio{node="4"} 2$'
cp "$tmp/out" "$tmp/all"
claim "mosmetrics --output" runs 0 "${o[@]}" --all --output "$tmp/mosix.prom"
claim "writes the same to a file" cmp "$tmp/all" "$tmp/mosix.prom"
claim "that all may read" test "$(stat -c %a "$tmp/mosix.prom")" = 644
claim "another kernel" runs 1 "$bin/mosmetrics" -p "$tmp" -o "$tmp/mosix.prom"
claim "leaves the file as it was" cmp "$tmp/all" "$tmp/mosix.prom"
claim "and nothing beside it" test "$(echo "$tmp"/mosix.prom*)" = "$tmp/mosix.prom"
claim "a folder that is not there" runs 1 "${o[@]}" -o "$tmp/no/mosix.prom"
claim "an argument is wrong" runs 2 "${o[@]}" 3
dashboard=$here/../dashboard/mosix.json
claim "the dashboard is JSON" runs 0 python3 -m json.tool "$dashboard"
# shellcheck disable=SC2013 # words
claim "and asks for nothing that is not there" test "$(
	for name in $(grep -o 'mosix_[a-z_]*' "$dashboard" | sort -u); do
		grep -q "^# TYPE $name " "$tmp/all" || echo "$name"
	done)" = ""
