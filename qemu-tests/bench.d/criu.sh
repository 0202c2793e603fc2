# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The same moves by Debian's CRIU in the same guests: checkpoint there, restore
# here, in the three ways that CRIU has for it.
#
#   part_criu              rows of the table
#
# Each way moves a ticker of $criu_mib MiB twice per run: one that writes at full
# speed, for its freeze; one that ticks, for what it misses, how long it takes and
# what crosses the wire. The nodes' wall clocks are made one for it.
#
# Needs table.sh and measure.sh.

criu_mib=256
criu_methods=(dump pre-dump lazy-pages)
declare -A criu_failed

# Why it cannot be used; nothing when it can.
criu_unusable() {
	local said
	if ! n1 "command -v criu" >/dev/null; then
		echo "criu is not installed here (make deps)"
	elif ! said=$(n1 criu check 2>&1); then
		# Most of its errors are none to it; what ends it comes last, and
		# when that is a missing feature, this line names it.
		echo "criu check: $(grep -m 1 'failed when init' <<<"$said" ||
			tail -n 1 <<<"$said")"
	fi
}

criu_begin() {
	put 1 "$TOP/qemu-tests/bench.d/criu-from.sh" /tmp/criu-from
	put 2 "$TOP/qemu-tests/bench.d/criu-to.sh" /tmp/criu-to
	# In /run it keeps what it has found out about the kernel, so that it
	# need not find out each time.
	n1 "mkdir -p /run; criu check" >/dev/null 2>&1
	n2 "mkdir -p /run; criu check" >/dev/null 2>&1
	start wall 1 wall serve 9010
	n2 wall take 10.77.0.1 9010 >/dev/null
}

criu_listens() {
	grep -qs listening "$TMP/job/to.out"
}

# said NAME WORD: what followed it in the output of either end.
said() {
	out_of "$1" | sed -n "s/^$2 //p"
}

# What went wrong, in CRIU's words, to be shown and to be the reason.
criu_words() {
	local id
	for id in 1 2; do
		node "$id" 'grep -h Error /tmp/criu/images/*/*.log; true'
	done
	cat "$TMP"/job/{from,to}.err 2>/dev/null || true
}

criu_give_up() {
	criu_words >"$TMP/criu.words"
	cat "$TMP/criu.words" >&2
	stop_client to
	[[ ! -e $TMP/job/from.client ]] || stop_client from
	n1 "killall -KILL ticker criu" 2>/dev/null || true
	n2 "killall -KILL ticker criu pour" 2>/dev/null || true
}

# criu_move METHOD HOW: prints freeze or ticks, us in all and bytes.
criu_move() {
	local bytes last_pid=$((20000 + RANDOM % 10000))
	bytes=$(node_bytes 2)
	start to 2 sh /tmp/criu-to "$1"
	if ! wait_for 60 criu_listens ||
		! start from 1 sh /tmp/criu-from "$1" "$criu_mib" "$2" "$last_pid" ||
		! finish from 300 || ! finish to 300; then
		criu_give_up
		return 1
	fi
	bytes=$(($(node_bytes 2) - bytes))
	echo "$(said to value) $(($(said to whole) - $(said from began))) $bytes"
}

# Samples of one way; false when it does not work.
criu_samples() {
	local method=$1 i value us bytes
	local freeze=() ticks=() took=() sent=()
	echo "  CRIU, $method ..." >&2
	for ((i = 0; i < criu_runs; i++)); do
		read -r value us bytes < <(criu_move "$method" write) || return 1
		freeze+=("$value")
		read -r value us bytes < <(criu_move "$method" ticks) || return 1
		ticks+=("$value") took+=("$us") sent+=("$bytes")
	done
	sampled "CRIU $method, freeze" "${freeze[@]}"
	sampled "CRIU $method, ticks" "${ticks[@]}"
	sampled "CRIU $method, time" "${took[@]}"
	sampled "CRIU $method, bytes" "${sent[@]}"
}

# Ours: ticks missed, us in all, bytes.
tick_move() {
	local bytes us missed
	bytes=$(node_bytes 2)
	prepare 1 ticker "$criu_mib" ticks
	sleep 1
	us=$(n1 "kill -USR1 $(pid_of job); mover $(pid_of job) 2 $criu_mib")
	sleep 1
	missed=$(answer TERM)
	finish job 60
	echo "$missed $us $(($(node_bytes 2) - bytes))"
}

tick_samples() {
	local i value us bytes ticks=() took=() sent=()
	echo "  ticks missed in a move ..." >&2
	for ((i = 0; i < runs; i++)); do
		read -r value us bytes < <(tick_move) || return 1
		ticks+=("$value") took+=("$us") sent+=("$bytes")
	done
	sampled "move, ticks" "${ticks[@]}"
	sampled "move, time" "${took[@]}"
	sampled "move, bytes" "${sent[@]}"
}

criu_rows() {
	local what key unit reach method
	while IFS=: read -r what key unit reach; do
		for method in "${criu_methods[@]}"; do
			if [[ ${criu_failed[$method]-} ]]; then
				skipped "$what, by CRIU's $method" "$reach" \
					"${criu_failed[$method]}"
				continue
			fi
			row "$what, by CRIU's $method" "move, $key" "$unit" \
				"CRIU $method, $key" "$reach"
		done
	done <<-END
		freeze of $criu_mib MiB:freeze:us:<= 0.01
		ticks missed:ticks:ms:<= 0.25
		time of the move:time:us:<= 1
		bytes of the move:bytes:bytes:<= 1
	END
}

part_criu() {
	local method why
	why=$(criu_unusable)
	for method in "${criu_methods[@]}"; do
		criu_failed[$method]=$why
	done
	if [[ ! $why ]]; then
		criu_begin
		for method in "${criu_methods[@]}"; do
			criu_samples "$method" ||
				criu_failed[$method]="criu failed: $(tail -n 1 \
					"$TMP/criu.words")"
		done
	fi
	sample "move, freeze" freeze_us "$criu_mib" write
	tick_samples
	criu_rows
}
