#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# How much of upstream the series touches, against the budget of the design.

. "$(dirname "$0")/lib.sh"

readonly MAX_FILES=25 MAX_LINES=400

mapfile -t files < <(series | sed "s|^|$PATCHES/|")
nfiles=$(touched "${files[@]}" | wc -l)
nlines=$(grep -hE '^[-+]' "${files[@]}" | grep -cvE '^(---|\+\+\+) ' || true)
# the line "---" between a patch's text and its diff looks like a removal
nlines=$((nlines - $(grep -hcx -- '---' "${files[@]}" | paste -sd+ | bc)))
created=$(grep -lE '^--- /dev/null' "${files[@]}" || true)

say "footprint: $nfiles of $MAX_FILES upstream files," \
	"$nlines of $MAX_LINES changed lines"
[ -z "$created" ] || die "a patch creates files, ours live in folders: $created"
[ "$nfiles" -le $MAX_FILES ] || die "too many upstream files touched: $nfiles"
[ "$nlines" -le $MAX_LINES ] || die "too many upstream lines changed: $nlines"
