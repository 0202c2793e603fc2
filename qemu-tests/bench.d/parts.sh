# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The parts of the table, each a function of the name part_NAME that adds its rows.
# Needs table.sh, measure.sh, $sizes.

part_calls() {
	against ping_us "forwarded getppid" call_us
	row_against "forwarded getppid" us "<= 1.25"
}

part_files() {
	local how name
	for how in write read; do
		name="forwarded $how, blocks of 1 MiB"
		against stream_kib "$name" file_kib "$how"
		row_against "$name" KiB/s ">= 0.85"
	done
}

# Of small ones the rest of a move is most. What bounds it: memory that is taken on one
# side and given back on the other, which a stream alone does not pay for.
part_push() {
	local size
	for size in "${sizes[@]}"; do
		((size >= 64)) || continue
		against stream_kib "push of $size MiB" push_kib "$size"
		row_against "push of $size MiB" KiB/s ">= 0.90"
		against stream_kib "push of $size MiB behind it" push_kib "$size" push
		row_against "push of $size MiB behind it" KiB/s ">= 0.90"
		against stream_kib "carried by a program, $size MiB" carry_kib "$size"
		row_against "carried by a program, $size MiB" KiB/s -
		row "push of $size MiB by a program's" "push of $size MiB" KiB/s \
			"carried by a program, $size MiB" ">= 0.90"
	done
}

part_freeze() {
	local size how name least most
	for how in idle write; do
		least="" most=""
		for size in "${sizes[@]}"; do
			name="freeze, $size MiB, $how"
			against ping_us "$name" freeze_us "$size" "${how#idle}"
			row_against "$name" us "<= 15"
			[[ $least ]] && (($(median "$least") < $(median "$name"))) ||
				least=$name
			[[ $most ]] && (($(median "$most") > $(median "$name"))) ||
				most=$name
		done
		row "freeze, largest to smallest, $how" "$most" us "$least" "<= 1.3"
	done
}

part_work() {
	against "work_us 1" "computing away" work_us 2
	row_against "computing away" us "<= 1.005"
}

part_walks() {
	local way
	for way in sequential strided random stencil; do
		against "walk_us eager $way" "post-copy, $way" walk_us push "$way"
		row_against "post-copy, $way" us "<= 1.05"
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
	row "getppid, encrypted" "getppid, encrypted" us "getppid, clear" -
	row "push, encrypted" "push, encrypted" KiB/s "push, clear" -
}
