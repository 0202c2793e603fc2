# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the demo shows: where the jobs are while they run, and a table after.
#
#   show_begin             a new round is to be shown
#   show_jobs ROUND BEGAN  on a terminal redrawn in place, else a line when
#                          something has changed
#   show_table             both rounds, a line a job
#   show_verdict           in words; fails as the demo has to

show_begin() {
	shown=
	show_lines=0
}

seconds() {
	printf '%d.%d' $(($1 / 1000)) $(($1 % 1000 / 100))
}

state_of() {
	if ! job_ended "$1" "$2"; then
		echo "n${job_where["$1 $2"]}"
	elif [[ $(job_status "$1" "$2") == 0 ]]; then
		echo "done"
	else
		echo failed
	fi
}

show_jobs() {
	local name text='' state
	for name in "${job_names[@]}"; do
		state=$(state_of "$1" "$name")
		text+=$(printf '  %s %-6s' "$name" "$state")
	done
	if [[ -t 1 ]]; then
		show_redraw "$1"
	elif [[ $text != "$shown" ]]; then
		printf '%5s s %s\n' "$(seconds $(($(now) - $2)))" "$text"
	fi
	shown=$text
}

# A column a node, and the job in its column.
show_redraw() {
	local name state column
	((!show_lines)) || printf '\e[%dA' "$show_lines"
	show_lines=$((${#job_names[@]} + 1))
	printf '\e[K  %-22s %8s  %-8s%-8s%-8s\n' program seconds n1 n2 n3
	for name in "${job_names[@]}"; do
		state=$(state_of "$1" "$name")
		column=0
		[[ $state != n* ]] || column=$((8 * (${state#n} - 1)))
		[[ $state != n* ]] || state='*'
		printf '\e[K  %-22s %8s  %*s%s\n' "${job_about[$name]}" \
			"$(seconds "$(job_ms "$1" "$name")")" "$column" '' "$state"
	done
}

# How many of the host's CPUs the nodes had in round $1, in the mean.
share() {
	local hundredths=$((100 * job_cpu[$1] / job_total[$1]))
	printf '%d.%02d' $((hundredths / 100)) $((hundredths % 100))
}

show_table() {
	local name same
	printf '%-22s %-9s %5s %11s %11s  %s\n' program nodes moves \
		'staying, s' 'balanced, s' output
	for name in "${job_names[@]}"; do
		same=DIFFERS
		! job_same "$name" || same=identical
		printf '%-22s %-9s %5d %11s %11s  %s\n' "${job_about[$name]}" \
			"${job_seen["free $name"]}" "${job_moves["free $name"]}" \
			"$(seconds "$(job_ms stay "$name")")" \
			"$(seconds "$(job_ms free "$name")")" "$same"
	done
	printf '%-38s %11s %11s\n' 'all together' \
		"$(seconds "${job_total[stay]}")" "$(seconds "${job_total[free]}")"
	printf '%-38s %11s %11s\n' 'CPUs of the host that the nodes got' \
		"$(share stay)" "$(share free)"
}

# show_bad: what went wrong, a line each.
show_bad() {
	local name round status moved=0
	for name in "${job_names[@]}"; do
		for round in stay free; do
			status=$(job_status "$round" "$name")
			case $status in
			0) ;;
			124) echo "$name ($round): not over in time, killed" ;;
			*) echo "$name ($round): ended with $status:" \
				"$(tail -n 1 "$TMP/$round.$name.log")" ;;
			esac
		done
		job_same "$name" ||
			echo "$name: there are not two outputs that are the same"
		((!job_moves["stay $name"])) || echo "$name: moved, told to stay"
		moved=$((moved + job_moves["free $name"]))
	done
	((moved)) || echo "nothing has moved"
}

show_verdict() {
	local bad ratio cpus
	ratio=$((100 * job_total[stay] / job_total[free]))
	echo
	cpus=$(nproc)
	printf 'Balanced, all is done %d.%02d times as fast.\n' \
		$((ratio / 100)) $((ratio % 100))
	echo "The emulated nodes have one CPU each and share the $cpus of this" \
		"host: $((cpus < NODES ? cpus : NODES)).00 is the most there can be."
	echo "What the nodes thought:" \
		"${CLUSTER#"$TOP/"}/{samples,decisions.*,vector.*}"
	bad=$(show_bad)
	[[ ! $bad ]] || printf 'FAILED:\n%s\n' "$bad"
	[[ ! $bad ]]
}
