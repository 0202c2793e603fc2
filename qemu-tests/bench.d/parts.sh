# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The parts of the table, each a function of the name part_NAME that adds its rows.
# Needs table.sh, measure.sh, $sizes; $rtt and $stream are measured before.

part_calls() {
	sample "forwarded getppid" call_us
	row "forwarded getppid" "forwarded getppid" us rtt "<= 1.25"
}

part_files() {
	local how
	for how in write read; do
		sample "forwarded $how" file_kib "$how"
		row "forwarded $how, blocks of 1 MiB" "forwarded $how" KiB/s \
			stream ">= 0.85"
	done
}

# Of small ones the rest of a move is most.
part_push() {
	local size
	for size in "${sizes[@]}"; do
		((size >= 64)) || continue
		sample "push of $size MiB" push_kib "$size"
		row "push of $size MiB" "push of $size MiB" KiB/s stream ">= 0.90"
	done
}

part_freeze() {
	local size how name least most
	for how in idle write; do
		least="" most=""
		for size in "${sizes[@]}"; do
			name="freeze, $size MiB, $how"
			if [[ $how == idle ]]; then
				sample "$name" freeze_us "$size"
			else
				sample "$name" freeze_us "$size" write
			fi
			row "$name" "$name" us rtt "<= 15"
			[[ $least ]] && (($(median "$least") < $(median "$name"))) ||
				least=$name
			[[ $most ]] && (($(median "$most") > $(median "$name"))) ||
				most=$name
		done
		row "freeze, largest to smallest, $how" "$most" us "$least" "<= 1.3"
	done
}

part_work() {
	sample "computing at home" work_us 1
	sample "computing away" work_us 2
	row "computing away" "computing away" us "computing at home" "<= 1.005"
}

part_walks() {
	local way
	for way in sequential strided random stencil; do
		sample "eager, $way" walk_us eager "$way"
		sample "post-copy, $way" walk_us push "$way"
		row "post-copy, $way" "post-copy, $way" us "eager, $way" "<= 1.05"
	done
}

part_ahead() {
	sample "fetches spared, sequential" spared 32
	row "fetches spared, sequential" "fetches spared, sequential" pages \
		$((32 * 256)) ">= 0.95"
	sample "fetches spared, strided" spared 32 4
	row "fetches spared, strided" "fetches spared, strided" pages \
		$((32 * 256 / 4)) ">= 0.95"
}

# Against the same in clear, in the same cluster: the keys change meanwhile.
part_cipher() {
	local name=push
	if [[ ${LINKS-clear} != clear ]]; then
		skipped "getppid, encrypted" - "all links of this run are encrypted"
		return
	fi
	sample "getppid, clear" call_us
	sample "push, clear" push_kib 64
	keys_on "$(make_key)"
	sample "getppid, encrypted" call_us
	sample "push, encrypted" push_kib 64
	keys_as_booted
	for name in getppid push; do
		row "$name, encrypted" "$name, encrypted" \
			"$([[ $name == push ]] && echo KiB/s || echo us)" \
			"$name, clear" -
	done
}
