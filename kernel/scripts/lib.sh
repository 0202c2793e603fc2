# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Shared by the scripts of this folder: where things are, how to speak.

set -euo pipefail
export LC_ALL=C

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
BUILD=$TOP/build
BASES=$BUILD/base
OVERLAY=$BUILD/linux
PATCHES=$TOP/kernel/patches
# Our folders, which appear as mosix/NAME in the kernel tree.
MOSIX_FOLDERS=(kernel deputy loadinfo)
export TOP BUILD BASES OVERLAY PATCHES MOSIX_FOLDERS

say() {
	printf '%s\n' "$*" >&2
}

die() {
	say "error: $*"
	exit 1
}

# Hold the one lock under which the trees in build/ change, until exit: two
# makes at the same time wait for each other instead of mixing their trees.
hold_lock() {
	mkdir -p "$BUILD"
	exec 9>"$BUILD/.lock"
	if ! flock -n 9; then
		say "waiting for another make which is working in build/ ..."
		flock 9
	fi
}

# kernel_version FOLDER: prints e.g. 6.12.117, nothing if it is no kernel tree.
kernel_version() {
	[ -f "$1/Makefile" ] || return 0
	awk '$2 == "=" && $1 == "VERSION"	{ v = $3 }
	     $2 == "=" && $1 == "PATCHLEVEL"	{ p = $3 }
	     $2 == "=" && $1 == "SUBLEVEL"	{ s = $3 }
	     $1 == "EXTRAVERSION"		{ e = $3; exit }
	     END { if (v != "" && p != "") print v "." p "." s e }' "$1/Makefile"
}

# The patches of the series in order, one file name a line.
series() {
	sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$PATCHES/series"
}

# touched PATCH...: upstream files which these patches edit, sorted.
touched() {
	[ $# -gt 0 ] || return 0
	sed -n 's|^+++ b/\([^[:space:]]*\).*|\1|p' "$@" | sort -u
}
