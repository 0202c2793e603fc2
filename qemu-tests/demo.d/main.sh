#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Beside a booted cluster: the same jobs twice on node 1, first told to stay,
# then free to go where the balancer wants them.
#
# needs: xz openssl python3
set -euo pipefail
. "$TOP/qemu-tests/lib/nodes.sh"
. "$TOP/qemu-tests/demo.d/jobs.sh"
. "$TOP/qemu-tests/demo.d/show.sh"

base=$TOP/build/base/current
round_limit=360

# The jobs' input: a part of the kernel's source, the same in every run.
send_input() {
	local tar=(tar --sort=name --owner=0 --group=0 --mtime=@0 -cf)

	"${tar[@]}" "$TMP/kernel.tar" -C "$base/" kernel
	"${tar[@]}" "$TMP/more.tar" -C "$base/" lib
	n1 mkdir -p /tmp/out
	put 1 "$TMP/kernel.tar" /tmp/kernel.tar
	put 1 "$TMP/more.tar" /tmp/more.tar
	put 1 "$TOP/qemu-tests/demo.d/nearest.py" /tmp/nearest.py
}

# Milliseconds of the host's CPUs that the nodes have had.
nodes_cpu() {
	local i
	for ((i = 1; i <= NODES; i++)); do
		cat "/proc/$(cat "$CLUSTER/qemu.$i.pid")/stat"
	done | sed 's/.*)//' | awk -v hz="$(getconf CLK_TCK)" \
		'{ sum += $12 + $13 } END { printf "%d\n", sum * 1000 / hz }'
}

# All jobs at once, watched to their end; their figures are kept under $1.
run_round() {
	local round=$1 name began cpu
	n1 rm -rf /tmp/out
	n1 mkdir /tmp/out
	cpu=$(nodes_cpu)
	began=$(now)
	for name in "${job_names[@]}"; do
		job_start "$round" "$name" "$round_limit"
	done
	show_begin
	until jobs_over "$round"; do
		if (($(now) - began > (round_limit + 30) * 1000)); then
			echo "the jobs cannot even be stopped" >&2
			return 1
		fi
		jobs_sample "$round"
		show_jobs "$round" "$began"
		sleep 1
	done
	show_jobs "$round" "$began"
	# shellcheck disable=SC2034 # show.sh reads both
	job_total["$round"]=$(($(now) - began)) \
		job_cpu["$round"]=$(($(nodes_cpu) - cpu))
	jobs_sums "$round"
}

# For those who want to know why: what the balancers saw and decided.
keep_reasons() {
	local i
	for ((i = 1; i <= NODES; i++)); do
		node "$i" cat /proc/mosix/decisions >"$CLUSTER/decisions.$i" || true
		node "$i" cat /proc/mosix/vector >"$CLUSTER/vector.$i" || true
	done
}

echo "Input: $(basename "$(readlink -f "$base")"), the folders kernel and lib."
send_input
echo
echo "Round 1: all jobs on node 1, told to stay there."
n1 tell /proc/mosix/admin/stay 1 >/dev/null
run_round stay
echo
echo "Round 2: the same jobs, started on node 1, the kernel balances."
n1 tell /proc/mosix/admin/stay 0 >/dev/null
run_round free
keep_reasons
echo
show_table
show_verdict
