#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# refresh.sh edit FILE...	make FILEs of build/linux ready to be edited: the
#				tree shares its files with the pristine base
# refresh.sh PATCH		take the edits of build/linux into PATCH (a name
#				in the series) and refresh all patches after it
# refresh.sh all		refresh the context and line numbers of all
#
# A new patch: write its head (From, Subject, text, "---") under its name, add
# the name to the series, edit, refresh.

. "$(dirname "$0")/lib.sh"

usage() {
	sed -n '3,9s/^# \?//p' "$0" >&2
	exit 1
}

tmp=
cleanup() {
	[ -z "$tmp" ] || rm -rf "$tmp"
}

break_links() {
	local f
	for f in "$@"; do
		f=${f#build/linux/}
		[ -f "$OVERLAY/$f" ] || die "build/linux/$f: no such file"
		cp -p "$OVERLAY/$f" "$OVERLAY/$f.copy"
		mv "$OVERLAY/$f.copy" "$OVERLAY/$f"
	done
}

# The text of a patch before its diff, up to and with the line "---".
head_of() {
	sed '/^---$/q' "$1"
}

# copy FROM TO FILE...: these files only, with their folders.
copy() {
	local from=$1 to=$2 f
	shift 2
	for f in "$@"; do
		mkdir -p "$to/$(dirname "$f")"
		cp "$from/$f" "$to/$f"
	done
}

apply() {
	grep -q '^+++ ' "$2" || return 0
	patch -d "$1" -p1 --no-backup-if-mismatch -r - -s "${@:3}" <"$2" >&2
}

# difference OLD NEW: as the diff of a patch.
difference() {
	local f
	for f in "${all[@]}"; do
		diff -u --label "a/$f" --label "b/$f" "$1/$f" "$2/$f" ||
			[ $? = 1 ] || die "cannot compare $f"
	done
}

[ $# -gt 0 ] || usage
if [ "$1" = edit ]; then
	shift
	break_links "$@"
	exit 0
fi

target=$1
[ -f "$OVERLAY/.mosix-overlay" ] || die "no overlay: run 'make overlay' first"
[ "$target" = all ] || series | grep -qxF "$target" ||
	die "$target is not in kernel/patches/series"
lock_trees exclusive
base=$(realpath "$BASES/current")
mapfile -t edited < <(edited_files)
for f in "${edited[@]}"; do
	[ -f "$base/$f" ] || die "build/linux/$f is new: our files live in" \
		"kernel/, deputy/ and loadinfo/, not in a patch"
	[ ! "$base/$f" -ef "$OVERLAY/$f" ] || die "$f was edited in place, and" \
		"with it the pristine base: keep a copy of it, remove" \
		"build/base, run 'make overlay DISCARD=1', and before the" \
		"next edit 'refresh.sh edit $f'"
done
mapfile -t files < <(series | sed "s|^|$PATCHES/|")
mapfile -t all < <({ printf '%s\n' "${edited[@]}"; touched "${files[@]}"; } |
	grep . | sort -u)

trap cleanup EXIT
tmp=$(mktemp -d)
copy "$base" "$tmp/old" "${all[@]}"
copy "$base" "$tmp/now" "${all[@]}"
mkdir "$tmp/patches"

# What the series gives today; the edits are what the tree has beyond it.
copy "$base" "$tmp/series" "${all[@]}"
for p in "${files[@]}"; do
	apply "$tmp/series" "$p" --fuzz=2
done
difference "$tmp/series" "$OVERLAY" >"$tmp/edits"
[ "$target" = all ] || [ -s "$tmp/edits" ] ||
	die "nothing was edited in build/linux"
[ "$target" != all ] || [ ! -s "$tmp/edits" ] ||
	die "build/linux was edited: name the patch that takes the edits"

for p in $(series); do
	apply "$tmp/now" "$PATCHES/$p" --fuzz=2 ||
		die "kernel/patches/$p does not apply after the edits: mend it"
	if [ "$p" = "$target" ]; then
		apply "$tmp/now" "$tmp/edits" --fuzz=2 || die "the edits build" \
			"on a later patch than $p: name that one"
	fi
	{ head_of "$PATCHES/$p"; difference "$tmp/old" "$tmp/now"; } \
		>"$tmp/patches/$p"
	rm -rf "$tmp/old"
	cp -a "$tmp/now" "$tmp/old"
done
for f in "${all[@]}"; do
	cmp -s "$tmp/now/$f" "$OVERLAY/$f" ||
		[ "$target" = all ] || die "$f would come out otherwise than" \
		"in build/linux: nothing was changed"
done
for p in $(series); do
	cmp -s "$tmp/patches/$p" "$PATCHES/$p" && continue
	cp "$tmp/patches/$p" "$PATCHES/$p"
	say "refreshed kernel/patches/$p"
done
# the edits are in the patches now
DISCARD=1 exec "$(dirname "$0")/overlay.sh" 9>&-
