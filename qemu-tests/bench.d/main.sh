#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Beside a booted cluster of two nodes: measure, then print a table.
#
# Environment: RUNS, how often each thing is measured (the median counts);
# CRIU_RUNS, how often what CRIU does; SIZES, memory of the processes that are moved,
# in MiB; PARTS, which parts of the table, all without.
#
# wants: criu
# shellcheck disable=SC2034 # who uses them is sourced
set -Eeuo pipefail
shopt -s inherit_errexit
trap 'echo "bench: $BASH_COMMAND: status $?, ${value-}" >&2' ERR
. "$TOP/qemu-tests/lib/nodes.sh"
. "$TOP/qemu-tests/bench.d/table.sh"
. "$TOP/qemu-tests/bench.d/measure.sh"
. "$TOP/qemu-tests/bench.d/parts.sh"
. "$TOP/qemu-tests/bench.d/criu.sh"
. "$TOP/qemu-tests/bench.d/counts.sh"

runs=${RUNS:-5}
criu_runs=${CRIU_RUNS:-$(((runs + 1) / 2))}
read -ra sizes <<<"${SIZES:-16 64 256}"
read -ra parts <<<"${PARTS:-calls files push freeze work walks ahead criu cipher counts}"
results=$TOP/build/bench/results.tsv
samples=$TOP/build/bench/samples.tsv

# Nobody looks at the packets, and to record them takes the host's time.
capture_stop
table_begin
start server 2 tcpping serve 9000
sample rtt ping_us
sample stream stream_kib
for part in "${parts[@]}"; do
	"part_$part"
done
echo
echo "A TCP round trip of 64 bytes takes $(median rtt) us ($(spread rtt)), a" \
	"stream carries $(median stream) KiB/s ($(spread stream))."
echo
table_print | tee "${results%/*}/table.txt"
echo
echo "Kept in ${results#"$TOP/"}; medians of $runs, of $criu_runs with CRIU."
