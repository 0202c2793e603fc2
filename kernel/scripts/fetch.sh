#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Unpack the kernel base once, into build/base/linux-VERSION, and point
# build/base/current at it. The base is LINUX_SRC (a folder or a tarball), or
# else Debian's linux-source-6.12. Nothing writes into a base afterwards.

. "$(dirname "$0")/lib.sh"

readonly WANT=6.12
tmp=

cleanup() {
	[ -z "$tmp" ] || rm -rf "$tmp"
}

find_source() {
	if [ -n "${LINUX_SRC:-}" ]; then
		[ -e "$LINUX_SRC" ] || die "LINUX_SRC=$LINUX_SRC: no such" \
			"folder or tarball; name a $WANT.y source"
		realpath "$LINUX_SRC"
		return
	fi
	local f
	for f in /usr/src/linux-source-$WANT{.tar.xz,.tar.zst,.tar.gz,}; do
		[ -e "$f" ] && echo "$f" && return
	done
	die "no kernel base: run 'make deps' (Debian's linux-source-$WANT)," \
		"or set LINUX_SRC= to a $WANT.y folder or tarball"
}

# What tells one source from another; a folder also counts as another one when
# a file in it is newer than our copy.
source_id() {
	if [ -d "$1" ]; then
		echo "folder $1 $(kernel_version "$1")"
	else
		stat -c 'tarball %n %s %Y' "$1"
	fi
}

# up_to_date ID SOURCE: is build/base/current a whole copy of that source?
up_to_date() {
	local stamp=$BASES/current.source
	[ -d "$BASES/current/" ] && [ -f "$stamp" ] || return 1
	[ "$(cat "$stamp")" = "$1" ] || return 1
	[ ! -d "$2" ] || [ -z "$(find "$2" -path "$2/.git" -prune -o \
		-newer "$stamp" -type f -print -quit)" ]
}

unpack_folder() {
	if [ -e "$1/.config" ] || [ -d "$1/include/config" ]; then
		die "$1 was built in place: run 'make -C $1 mrproper' first"
	fi
	tar -C "$1" --exclude=./.git -cf - . | tar -C "$tmp" -xf -
}

check_version() {
	case $1 in
	"$WANT".*) ;;
	'') die "$2 is no Linux source: set LINUX_SRC= to a $WANT.y" \
		"folder or tarball" ;;
	*) die "$2 is Linux $1, the patches are for $WANT.y: set" \
		"LINUX_SRC= to a $WANT.y folder or tarball" ;;
	esac
}

src=$(find_source)
id=$(source_id "$src")
up_to_date "$id" "$src" && exit 0
lock_trees exclusive
up_to_date "$id" "$src" && exit 0

mkdir -p "$BASES"
trap cleanup EXIT
trap 'exit 130' INT TERM
tmp=$(mktemp -d "$BASES/unpack.XXXXXX")
chmod 755 "$tmp"
start=$SECONDS
if [ -d "$src" ]; then
	check_version "$(kernel_version "$src")" "$src"
	say "copying the base from $src ..."
	unpack_folder "$src"
else
	say "unpacking the base from $src (about 15 s) ..."
	tar -C "$tmp" --strip-components=1 -xf "$src" ||
		die "$src cannot be unpacked: is it a whole kernel tarball?"
fi
version=$(kernel_version "$tmp")
check_version "$version" "$src"

rm -f "$BASES/current.source" "$BASES/current"
rm -rf "$BASES/linux-$version"
mv "$tmp" "$BASES/linux-$version"
tmp=
ln -s "linux-$version" "$BASES/current"
echo "$id" >"$BASES/current.source"
say "base: Linux $version in build/base ($((SECONDS - start)) s)"
