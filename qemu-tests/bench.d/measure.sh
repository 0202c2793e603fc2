# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Single measurements; each prints one number.
#
#   median_of COMMAND...   of $runs numbers
#   ping_us, stream_kib    the network alone
#   call_us                a forwarded call that does nothing
#   push_kib MIB           an eager move of so much memory
#   freeze_us MIB [write]  the longest gap that a process sees when it moves
#   work_us N              a computation on node N
#   spared MIB             fetches of pages, one after the other, that reading
#                          ahead makes needless
#   freeze_rows            rows of the table
#
# Needs $runs, $sizes and row().

median_of() {
	local i
	for ((i = 0; i < runs; i++)); do
		"$@"
	done | sort -n | sed -n "$((runs / 2 + 1))p"
}

ping_us() {
	n1 tcpping ping 10.77.0.2 9000 200
}

stream_kib() {
	n1 tcpping stream 10.77.0.2 9000 64
}

strategy() {
	n1 tell /proc/mosix/admin/strategy "$1" >/dev/null
}

is_ready() {
	grep -qs ready "$TMP/job/job.out"
}

# prepare N PROGRAM ARGS...: start it on node 1, move it to node N.
prepare() {
	local to=$1
	shift
	start job 1 "$@"
	n1 tell "/proc/$(pid_of job)/mosix/lock" 1 >/dev/null
	wait_for 120 is_ready
	((to == 1)) || go "$to"
}

go() {
	n1 tell "/proc/$(pid_of job)/mosix/goto" "$1" >/dev/null
}

has_answered() {
	(($(wc -l <"$TMP/job/job.out") > 1))
}

# Its second line, after signal $1.
answer() {
	n1 kill -"$1" "$(pid_of job)"
	wait_for 300 has_answered
	out_of job | tail -n 1
}

drop() {
	n1 kill -KILL "$(pid_of job)" 2>/dev/null || true
	finish job 60 || true
}

call_us() {
	prepare 2 timed calls 400
	echo $(($(answer USR1) / 1000))
	drop
}

work_us() {
	prepare "$1" timed work 30000000
	answer USR1
	drop
}

push_kib() {
	local began took
	strategy eager
	prepare 1 timed touch "$1"
	began=${EPOCHREALTIME//[!0-9]/}
	go 2
	took=$((${EPOCHREALTIME//[!0-9]/} - began))
	drop
	strategy auto
	echo $(($1 * 1024 * 1000000 / took))
}

freeze_us() {
	strategy demand
	prepare 1 ticker "$@"
	n1 kill -USR1 "$(pid_of job)"
	go 2
	answer TERM
	finish job 60
	strategy auto
}

freeze_rows() {
	local size how least most value
	for how in idle write; do
		least=0 most=0
		for size in "${sizes[@]}"; do
			if [[ $how == idle ]]; then
				value=$(median_of freeze_us "$size")
			else
				value=$(median_of freeze_us "$size" write)
			fi
			row "freeze, $size MiB, $how" "$value" us "$rtt" \
				"<= 15"
			((least && least < value)) || least=$value
			((most > value)) || most=$value
		done
		row "freeze, largest to smallest, $how" "$most" us "$least" \
			"<= 1.3"
	done
}

# Fetches of one page each that reading ahead spared, of all pages.
spared() {
	local faults
	strategy demand
	prepare 2 timed touch "$1"
	answer USR1 >/dev/null
	faults=$(faults_on 2)
	drop
	strategy auto
	[[ $faults ]] && echo $(($1 * 256 - faults))
}
