#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# build/linux = pristine base (hard links) + the series + links to our folders.
# Made under another name and renamed, so there is never half a tree. Files
# which come out as they were keep their time stamps: a build after a change of
# one patch compiles what that patch touches, and no more.

. "$(dirname "$0")/lib.sh"

new=$BUILD/linux.new
stamp=.mosix-overlay

cleanup() {
	# the only moment without a tree is between the two renames: go back
	[ -e "$OVERLAY" ] || [ ! -e "$BUILD/linux.old" ] ||
		mv "$BUILD/linux.old" "$OVERLAY"
	rm -rf "$new" "$BUILD/linux.old"
}

# Relative links, so that the repository can be moved or mounted elsewhere.
link() {
	mkdir -p "$(dirname "$1/$3")"
	ln -sfnr "$TOP/$2" "$1/$3"
}

link_folders() {
	local f
	for f in "${MOSIX_FOLDERS[@]}"; do
		link "$1" "$f" "mosix/$f"
	done
	link "$1" kernel/include/linux/mosix.h include/linux/mosix.h
	[ ! -d "$TOP/qemu-tests/selftests" ] ||
		link "$1" qemu-tests/selftests tools/testing/selftests/mosix
}

# Objects of an in-tree build would land in the repository, through the links.
forbid_in_tree() {
	cat >"$1/GNUmakefile" <<-'EOF'
	ifneq ($(origin O),command line)
	$(error this tree is built out of tree only: use 'make kernel' in the repository, or O=FOLDER)
	endif
	include $(dir $(lastword $(MAKEFILE_LIST)))Makefile
	EOF
}

apply_series() {
	local p out
	for p in $(series); do
		[ -f "$PATCHES/$p" ] || die "kernel/patches/$p is in the" \
			"series but is not there: add it, or mend series"
		out=$(patch -d "$new" -p1 --fuzz=0 --no-backup-if-mismatch \
			-r - -N <"$PATCHES/$p" 2>&1) && continue
		say "$out"
		die "kernel/patches/$p does not apply to Linux $version" \
			"(file and hunk above): refresh it, see" \
			"Documentation/porting.rst"
	done
}

# Give back the time stamps of the last overlay where nothing changed; a file
# that went back to the pristine one must look new, as its object is not that.
keep_times() {
	local f
	[ "$(sed -n 2p "$OVERLAY/$stamp" 2>/dev/null)" = "$base_id" ] || return 0
	while read -r f; do
		cp "$new/$f" "$new/$f.copy"
		! cmp -s "$OVERLAY/$f" "$new/$f" ||
			touch -r "$OVERLAY/$f" "$new/$f.copy"
		mv "$new/$f.copy" "$new/$f"
	done < <({ sed 1,2d "$OVERLAY/$stamp"; touched "${files[@]}"; } | sort -u)
}

# What somebody edited in the tree by hand is not ours to throw away.
refuse_edits() {
	local edited
	[ -e "$OVERLAY/$stamp" ] && [ -z "${DISCARD:-}" ] || return 0
	edited=$(edited_files | sed 's/^/  /')
	[ -z "$edited" ] && return
	say "$edited"
	die "the files above were edited in build/linux: take the edits into" \
		"a patch (kernel/scripts/refresh.sh PATCH), or drop them" \
		"(make overlay DISCARD=1)"
}

is_current() {
	[ "$(head -n 2 "$OVERLAY/$stamp" 2>/dev/null)" = "$key"$'\n'"$base_id" ] &&
		[ -z "${DISCARD:-}" ]
}

"$(dirname "$0")/fetch.sh"
base=$(realpath "$BASES/current")
version=$(kernel_version "$base")
base_id=$(sha256sum <"$BASES/current.source")
mapfile -t files < <(series | sed "s|^|$PATCHES/|")
key=$(cat "$PATCHES/series" "${files[@]}" "$0" 2>/dev/null | sha256sum)

if is_current; then
	link_folders "$OVERLAY"
	exit 0
fi

lock_trees exclusive
# while we waited, another one may have made it
! is_current || exit 0
refuse_edits
trap cleanup EXIT
trap 'exit 130' INT TERM
start=$SECONDS
cleanup
cp -al "$base" "$new"
apply_series
keep_times
link_folders "$new"
forbid_in_tree "$new"
{ echo "$key"; echo "$base_id"; touched "${files[@]}"; } >"$new/$stamp"
[ ! -e "$OVERLAY" ] || mv "$OVERLAY" "$BUILD/linux.old"
mv "$new" "$OVERLAY"
say "overlay: Linux $version + ${#files[@]} patches in build/linux" \
	"($((SECONDS - start)) s)"
