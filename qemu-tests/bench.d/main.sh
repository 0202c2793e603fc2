#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Beside a booted cluster of two nodes: measure, then print a table.
#
# Environment: RUNS, how often each thing is measured (the median counts), 5;
# SIZES, memory of the processes whose freeze is measured, in MiB.
set -euo pipefail
. "$TOP/qemu-tests/lib/nodes.sh"
. "$TOP/qemu-tests/bench.d/measure.sh"

runs=${RUNS:-5}
read -ra sizes <<<"${SIZES:-16 64 256}"
results=$TOP/build/bench/results.tsv

# row NAME OURS UNIT REFERENCE REACH: higher is better where REACH is ">= N".
row() {
	awk -v OFS='\t' -v name="$1" -v ours="$2" -v unit="$3" -v ref="$4" \
		-v reach="$5" 'BEGIN {
		ratio = ref ? ours / ref : 0
		split(reach, r, " ")
		ok = r[1] == ">=" ? ratio >= r[2] : ratio <= r[2]
		print name, ours, unit, ref, sprintf("%.3f", ratio), reach,
			ok ? "yes" : "no" }' >>"$results"
}

mkdir -p "${results%/*}"
printf 'row\tours\tunit\treference\tratio\treach\tok\n' >"$results"
start server 2 tcpping serve 9000
rtt=$(median_of ping_us)
stream=$(median_of stream_kib)
echo "A TCP round trip of 64 bytes takes $rtt us, a stream carries $stream KiB/s."

row "forwarded getppid" "$(median_of call_us)" us "$rtt" "<= 1.25"
row "push of ${sizes[-1]} MiB" "$(median_of push_kib "${sizes[-1]}")" KiB/s \
	"$stream" ">= 0.90"
freeze_rows
home_us=$(median_of work_us 1)
away_us=$(median_of work_us 2)
row "computing away" "$away_us" us "$home_us" "<= 1.005"
row "fetches spared, sequential" "$(median_of spared 32)" pages 8192 ">= 0.95"
echo
column -t -s "$(printf '\t')" "$results"
echo
echo "Kept in ${results#"$TOP/"}; medians of $runs."
