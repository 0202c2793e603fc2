#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The way from base and patches to the tree that is built, and its refusals, on
# a base of three small files in a repository of its own. As KTAP.

set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
repo=$work/repo
scripts=$repo/kernel/scripts
tree=$repo/build/linux
count=0
failed=0
unset LINUX_SRC DISCARD

claim() {
	local name=$1
	shift
	count=$((count + 1))
	if "$@" >"$work/out" 2>&1; then
		echo "ok $count - $name"
	else
		sed 's/^/# /' "$work/out"
		echo "not ok $count - $name"
		failed=1
	fi
}

# refuses WORDS COMMAND...: fails, with one error line that says WORDS.
refuses() {
	local words=$1 said
	shift
	said=$("$@" 2>&1) && { echo "did not fail: $said"; return 1; }
	printf '%s\n' "$said"
	[ "$(grep -c '^error: ' <<<"$said")" = 1 ] && grep -q "$words" <<<"$said"
}

make_base() {
	mkdir -p "$1"/{a,include/linux}
	printf 'VERSION = %s\nPATCHLEVEL = %s\nSUBLEVEL = 7\nEXTRAVERSION =\n' \
		"$2" "$3" >"$1/Makefile"
	seq 40 | sed 's/^/line /' >"$1/a/one.c"
	seq 40 | sed 's/^/row /' >"$1/a/two.c"
	seq 40 | sed 's/^/item /' >"$1/a/three.c"
	# older than whatever is made from it
	find "$1" -exec touch -d '2024-01-01' {} +
}

# patch_of NAME FILE LINE TEXT: a patch which puts TEXT after that line.
patch_of() {
	mkdir -p "$work/new/a"
	sed "$3a $4" "$work/base/a/$2" >"$work/new/a/$2"
	{
		printf 'From: t\nSubject: [PATCH] %s\n---\n' "$1"
		diff -u --label "a/a/$2" --label "b/a/$2" \
			"$work/base/a/$2" "$work/new/a/$2"
	} >"$repo/kernel/patches/$1"
}

overlay() {
	"$scripts/overlay.sh"
}

stamp() {
	stat -c %Y.%i "$tree/a/$1"
}

mtime() {
	stat -c %Y "$tree/a/$1"
}

make_repo() {
	mkdir -p "$repo"/{kernel/patches,kernel/include/linux,deputy,loadinfo}
	cp -r "$here" "$scripts"
	for f in kernel deputy loadinfo; do
		echo 'obj-y :=' >"$repo/$f/Kbuild"
	done
	patch_of 1.patch one.c 10 'hook one'
	patch_of 2.patch two.c 10 'hook two'
	printf '# comment\n1.patch\n2.patch\n' >"$repo/kernel/patches/series"
}

makes_tree() {
	overlay && grep -q 'hook one' "$tree/a/one.c" &&
		! grep -q hook "$work/base/a/one.c" \
			"$repo/build/base/current/a/one.c" &&
		[ "$tree/a/three.c" -ef "$repo/build/base/current/a/three.c" ] &&
		[ "$tree/mosix/deputy/Kbuild" -ef "$repo/deputy/Kbuild" ]
}

does_nothing_twice() {
	local before
	before=$(stat -c %i "$tree")
	overlay && [ "$before" = "$(stat -c %i "$tree")" ]
}

keeps_times() {
	touch -d '2024-02-02' "$tree/a/one.c" "$tree/a/two.c"
	patch_of 2.patch two.c 20 'hook two elsewhere'
	overlay && [ "$(mtime one.c)" = "$(date -d 2024-02-02 +%s)" ] &&
		[ "$(mtime two.c)" -gt "$(date -d 2024-02-02 +%s)" ] &&
		grep -q elsewhere "$tree/a/two.c"
}

renews_reverted() {
	local before
	before=$(mtime two.c)
	echo 1.patch >"$repo/kernel/patches/series"
	overlay && ! grep -q hook "$tree/a/two.c" &&
		[ "$(mtime two.c)" -ge "$before" ] &&
		[ "$(stat -c %Y "$repo/build/base/current/a/two.c")" -lt "$before" ]
}

keeps_last_tree() {
	local before said
	printf '1.patch\n2.patch\n' >"$repo/kernel/patches/series"
	patch_of 2.patch two.c 20 'hook two'
	sed -i 's/row 19/row nineteen/' "$repo/kernel/patches/2.patch"
	before=$(stamp one.c)
	said=$(refuses 'kernel/patches/2.patch does not apply to Linux 6.12.7' \
		overlay) && grep -q 'patching file a/two.c' <<<"$said" &&
		grep -q 'Hunk #1 FAILED' <<<"$said" && [ "$before" = "$(stamp one.c)" ] &&
		[ "$(ls "$repo/build")" = "base"$'\n'"linux" ]
}

takes_edits() {
	"$scripts/refresh.sh" edit a/one.c a/three.c &&
		sed -i '30a edited' "$tree/a/one.c" &&
		sed -i '30a a third' "$tree/a/three.c" || return 1
	refuses 'were edited in build/linux' touch_series || return 1
	"$scripts/refresh.sh" 1.patch && grep -q '^+edited' \
		"$repo/kernel/patches/1.patch" && grep -q '^+a third' \
		"$repo/kernel/patches/1.patch" &&
		grep -q edited "$tree/a/one.c" &&
		! grep -q edited "$repo/build/base/current/a/one.c"
}

touch_series() {
	echo '# one more' >>"$repo/kernel/patches/series"
	overlay
}

emits_the_same() {
	local one two
	"$scripts/mkpatch.sh" 1 && one=$(sha256sum <"$repo/build/mosix.patch") &&
		"$scripts/mkpatch.sh" 1 && two=$(sha256sum <"$repo/build/mosix.patch") &&
		[ "$one" = "$two" ] && grep -q 'b/mosix/deputy/Kbuild' \
			"$repo/build/mosix.patch" &&
		[ -e "$repo/build/mosix-1-linux-6.12.7.patch" ]
}

applies_elsewhere() {
	cp -r "$work/base" "$work/second"
	patch -d "$work/second" -p1 --fuzz=0 -s <"$repo/build/mosix.patch" &&
		cmp "$work/second/a/one.c" "$tree/a/one.c" &&
		cmp "$work/second/mosix/kernel/Kbuild" "$repo/kernel/Kbuild"
}

refuses_in_tree() {
	! make -C "$tree" 2>"$work/said" && grep -q 'out of tree only' "$work/said"
}

make_base "$work/base" 6 12
make_base "$work/old" 6 1
mkdir "$work/none"
make_repo

echo "KTAP version 1"
LINUX_SRC=$work/nowhere claim "a base that is not there is refused" \
	refuses 'no such folder or tarball' overlay
LINUX_SRC=$work/old claim "a base of another version is refused" \
	refuses 'is Linux 6.1.7, the patches are for 6.12' overlay
LINUX_SRC=$work/none claim "a folder without a kernel is refused" \
	refuses 'is no Linux source' overlay
claim "nothing half-made is left" [ ! -e "$tree" ]
export LINUX_SRC=$work/base
claim "a tree is made, and the base is not written to" makes_tree
claim "made again only when something changed" does_nothing_twice
claim "a file that comes out the same keeps its time" keeps_times
claim "a file that lost its patch looks new" renews_reverted
claim "a hook that does not apply is named, the last tree stays" \
	keeps_last_tree
patch_of 2.patch two.c 20 'hook two'
claim "the mended series applies" overlay
claim "edits are kept, refused and taken into a patch" takes_edits
claim "the one patch is the same each time" emits_the_same
claim "the one patch gives the same sources elsewhere" applies_elsewhere
claim "a build in the tree is refused" refuses_in_tree
tar -C "$work" -cJf "$work/base.tar.xz" base
export LINUX_SRC=$work/base.tar.xz
claim "a tarball serves as well" overlay
echo "1..$count"
exit $failed
