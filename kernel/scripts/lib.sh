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

# lock_trees exclusive|shared: until exit. Who makes or replaces a source tree in
# build/ is alone; who builds from one shares it with others that build.
lock_trees() {
	mkdir -p "$BUILD"
	exec 9>"$BUILD/.lock"
	wait_lock 9 "--$1" "source trees"
}

# lock_objects NAME: until exit, be the only one who builds in build/NAME.
lock_objects() {
	mkdir -p "$BUILD"
	exec 8>"$BUILD/.lock-$1"
	wait_lock 8 --exclusive "build/$1"
}

wait_lock() {
	flock -n "$2" "$1" && return
	say "waiting for another make which works in $3 ..."
	flock "$2" "$1"
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

# kmake SOURCE OBJECTS ARGUMENT...: the kernel's make, out of tree. The same
# inputs give the same objects, in whichever folder and on whichever day: then
# a second clone finds everything in ccache.
kmake() {
	local src=$1 obj=$2 near f
	local args=("KBUILD_BUILD_TIMESTAMP=2024-11-17 00:00:00 UTC"
		KBUILD_BUILD_USER=mosix KBUILD_BUILD_HOST=mosix
		KBUILD_BUILD_VERSION=1)
	shift 2
	if command -v ccache >/dev/null; then
		# ccache makes the paths relative, so __FILE__ too must lose
		# the relative way to the source, as the kernel does with
		# the absolute one
		near=$(realpath -m --relative-to="$obj" "$src")
		args+=("CC=ccache gcc" "HOSTCC=ccache gcc"
			"KCFLAGS=-fmacro-prefix-map=$near/="
			"KAFLAGS=-fmacro-prefix-map=$near/=")
		export CCACHE_BASEDIR=$TOP CCACHE_NOHASHDIR=1
		# our own files it finds through the links of the overlay
		near=$(realpath -m --relative-to="$obj" "$TOP")
		export MOSIX_CCFLAGS=
		for f in "${MOSIX_FOLDERS[@]}"; do
			MOSIX_CCFLAGS+=" -fmacro-prefix-map=$near/$f/=mosix/$f/"
		done
	fi
	make -C "$src" O="$obj" -j"$(nproc)" --no-print-directory \
		"${args[@]}" "$@"
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

# Files of the overlay that are newer than its making: edited by hand.
edited_files() {
	(cd "$OVERLAY" && find . -type f -newer .mosix-overlay \
		! -name '*.orig' ! -name '*.rej' ! -name '*.pyc' \
		-printf '%P\n' | sort)
}

# our_files: what of ours goes into a kernel tree, as lines "path-there
# path-in-the-repository", sorted by the path there. Sources only; what tests
# or makes patches in user space stays out.
our_files() {
	local f
	{
		for f in "${MOSIX_FOLDERS[@]}"; do
			(cd "$TOP/$f" && find . \( -path ./test -o -path ./patches -o \
				-path ./scripts -o -path ./include \) -prune -o \
				-type f \( -name Kbuild -o -name Kconfig -o \
				-name '*.[ch]' -o -name '*.tbl' -o -name '*.awk' -o \
				-name '*.sh' -o -name .kunitconfig \) \
				-printf "mosix/$f/%P $f/%P\n")
		done
		f=include/linux/mosix.h
		[ ! -f "$TOP/kernel/$f" ] || echo "$f kernel/$f"
		f=qemu-tests/selftests
		[ ! -d "$TOP/$f" ] || (cd "$TOP/$f" && find . -type f \( \
			-name '*.[ch]' -o -name Makefile -o -name config -o \
			-name settings -o -name '*.sh' -o -name .gitignore \) \
			-printf "tools/testing/selftests/mosix/%P $f/%P\n")
	} | sort
}

marked_pure() {
	awk 'FNR <= 12 && /(^|[^A-Z_])PURE([^A-Z_]|$)/ { print FILENAME }' \
		"$TOP"/{kernel,deputy,loadinfo}/*.[ch]
}

# Files which are compiled into the kernel, the unit tests and the simulator
# alike: types and arithmetic, no services. A file says so of itself by the
# word PURE in its head comment; the ones named here are pure whatever they say,
# and so is every header which a pure file includes.
pure_files() {
	local f name todo=()
	local -A seen=()
	for f in "$TOP"/kernel/{pure,wire,state}.[ch] \
		"$TOP"/loadinfo/{model,load,cost,balance,gossip}.[ch] \
		$(marked_pure); do
		[ -f "$f" ] && todo+=("$f")
	done
	while [ ${#todo[@]} -gt 0 ]; do
		f=$(realpath -m "${todo[-1]}")
		unset 'todo[-1]'
		[ -n "${seen[$f]:-}" ] && continue
		seen[$f]=1
		while read -r name; do
			todo+=("$(dirname "$f")/$name")
		done < <(sed -n 's/^#include "\(.*\)".*/\1/p' "$f")
	done
	printf '%s\n' "${!seen[@]}" | sed "s|^$TOP/||" | sort
}
