#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# mkpatch.sh VERSION: emit ONE patch for people who have their own tree, as
# build/mosix-VERSION-linux-BASE.patch: the edits of the series, then every file
# of ours as a new file. The same inputs give the same bytes. The link
# build/mosix.patch leads to it.

. "$(dirname "$0")/lib.sh"

ours=${1:?usage: mkpatch.sh VERSION}
base=$(realpath "$BASES/current")
version=$(kernel_version "$base")
out=$BUILD/mosix-$ours-linux-$version.patch

header() {
	cat <<-EOF
	Subject: Mosix $ours: process migration and load balancing for Linux

	Made for Linux $version. In the top folder of the source:
	    patch -p1 < THIS_FILE	(or: git apply THIS_FILE)
	then turn on CONFIG_MOSIX and build.
	---
	EOF
}

edits() {
	local f
	for f in $(touched "${files[@]}"); do
		diff -u --label "a/$f" --label "b/$f" "$base/$f" "$OVERLAY/$f" ||
			[ $? = 1 ] || die "cannot compare $f"
	done
}

additions() {
	local path file
	while read -r path file; do
		[ -s "$TOP/$file" ] || die "$file is empty: a patch cannot" \
			"carry it; fill or remove it"
		diff -u --label /dev/null --label "b/$path" /dev/null \
			"$TOP/$file" || [ $? = 1 ] || die "cannot read $file"
	done < <(our_files)
}

mapfile -t files < <(series | sed "s|^|$PATCHES/|")
tmp=$(mktemp "$BUILD/patch.XXXXXX")
trap 'rm -f "$tmp"' EXIT
{ header; edits; additions; } >"$tmp"
chmod 644 "$tmp"
mv "$tmp" "$out"
trap - EXIT
ln -sfn "$(basename "$out")" "$BUILD/mosix.patch"
say "patch: ${out#"$TOP"/}, $(grep -c '^+++ ' "$out") files," \
	"$(wc -l <"$out") lines"
