#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# verify-patch.sh PATCH: what we give away is what we build, as KTAP.
#
#  1. PATCH applies to a second pristine tree (patch -p1 --fuzz=0, git apply).
#  2. Every source there is, byte for byte, what the overlay has.
#  3. Our objects and those of the touched upstream files come out the same.
#  4. With CONFIG_MOSIX=n each touched upstream object is what the pristine
#     tree gives: same code, same data, same relocations.
#
# For 3 and 4 only the objects needed are built, in build/check. For 4 both
# sides are configured without DEBUG_BUGVERBOSE: a hook moves the lines below
# it, and the line numbers in the table of warnings are no code. Nothing else
# is normalised.

. "$(dirname "$0")/lib.sh"

patch_file=$(realpath "${1:?usage: verify-patch.sh PATCH}")
base=$(realpath "$BASES/current")
work=$BUILD/check
tree=$work/linux
config=$TOP/qemu-tests/configs/node.config
count=0
failed=0

result() {
	count=$((count + 1))
	echo "$1 $count - $2"
	[ "$1" = ok ] || failed=1
}

# claim NAME COMMAND...
claim() {
	local name=$1 out
	shift
	if out=$("$@" 2>&1); then
		result ok "$name"
	else
		printf '%s\n' "$out" | tail -n 40 | sed 's/^/# /'
		result "not ok" "$name"
	fi
}

git_applies() (
	cd "$base"
	# the tree lies inside our own repository, of which git must not know
	GIT_CEILING_DIRECTORIES=$(dirname "$base") git apply --check "$patch_file"
)

# A tree with the same contents keeps its time stamps: make has less to do.
second_tree() {
	local key
	key=$(cat "$patch_file" "$BASES/current.source" | sha256sum)
	[ "$key" = "$(cat "$tree/.mosix-check" 2>/dev/null)" ] && return
	rm -rf "$tree.new"
	cp -al "$base" "$tree.new"
	patch -d "$tree.new" -p1 --fuzz=0 --no-backup-if-mismatch -r - -s \
		<"$patch_file" || return 1
	keep_unchanged
	rm -rf "$tree"
	echo "$key" >"$tree.new/.mosix-check"
	mv "$tree.new" "$tree"
}

keep_unchanged() {
	local f
	while read -r f; do
		! cmp -s "$tree/$f" "$tree.new/$f" ||
			touch -r "$tree/$f" "$tree.new/$f"
	done < <(patched_files)
}

patched_files() {
	sed -n 's|^+++ b/\([^[:space:]]*\).*|\1|p' "$patch_file" | sort
}

# Both ways: what the patch made, and what the overlay has beside the base.
same_sources() {
	local f rc=0
	while read -r f; do
		cmp "$OVERLAY/$f" "$tree/$f" || rc=1
	done < <({
		patched_files
		sed 1,2d "$OVERLAY/.mosix-overlay"
		our_files | awk '{ print $1 }'
	} | sort -u)
	return "$rc"
}

build() {
	mkdir -p "$2"
	kmake "$@" >>"$work/build.log" 2>&1 ||
		{ grep -E '(error|Error)' "$work/build.log" | tail -n 20; return 1; }
}

# configure SOURCE OBJ FRAGMENT...: as the normal kernel, then the fragments;
# a configuration that stays the same is not touched.
configure() {
	local src=$1 obj=$2
	shift 2
	mkdir -p "$obj"
	cat "$config" "$@" >"$obj/wanted.new"
	cmp -s "$obj/wanted.new" "$obj/wanted" && [ -f "$obj/.config" ] && return
	build "$src" "$obj" KCONFIG_ALLCONFIG="$obj/wanted.new" allnoconfig &&
		mv "$obj/wanted.new" "$obj/wanted"
}

# Objects of the touched upstream sources: those this configuration has.
upstream_objects() {
	sed 1,2d "$OVERLAY/.mosix-overlay" | sed -n 's/\.[cS]$/.o/p'
}

our_objects() {
	(cd "$1" && find mosix -name '*.o' ! -name '.*' ! -name built-in.o | sort)
}

build_with() {
	local objects ours=("${MOSIX_FOLDERS[@]/#/mosix/}")
	ours=("${ours[@]/%//}")
	mapfile -t objects < <(upstream_objects)
	configure "$OVERLAY" "$work/overlay" && configure "$tree" "$work/on" || return 1
	build "$OVERLAY" "$work/overlay" "${objects[@]}" "${ours[@]}" &&
		build "$tree" "$work/on" "${objects[@]}" "${ours[@]}"
}

same_objects() {
	local o rc=0
	same_sources || { echo "edited while this check was building: again"; return 1; }
	[ -n "$(our_objects "$work/overlay")" ] || { echo "no object of ours"; return 1; }
	while read -r o; do
		cmp "$work/overlay/$o" "$work/on/$o" || rc=1
	done < <({
		upstream_objects
		our_objects "$work/overlay"
		our_objects "$work/on"
	} | sort -u)
	return "$rc"
}

build_without() {
	local objects off=$work/off.config
	printf '%s\n' '# CONFIG_MOSIX is not set' '# CONFIG_MOSIX_INJECT is not set' \
		'# CONFIG_DEBUG_BUGVERBOSE is not set' >"$off"
	mapfile -t objects < <(upstream_objects)
	configure "$base" "$work/pristine" "$off" &&
		configure "$tree" "$work/off" "$off" || return 1
	! grep -q '^CONFIG_MOSIX' "$work/off/.config" ||
		{ echo "CONFIG_MOSIX is still on"; return 1; }
	build "$base" "$work/pristine" "${objects[@]}" &&
		build "$tree" "$work/off" "${objects[@]}"
}

# Everything of an object that reaches the kernel: contents of all sections
# that are loaded, and what the linker will write into them.
essence() {
	local o
	o=$(mktemp "$work/essence.XXXXXX")
	objcopy --strip-unneeded --remove-section=.comment "$1" "$o"
	objdump -w -h -s -r "$o" | sed 1,3d
	rm -f "$o"
}

same_without() {
	local o rc=0
	while read -r o; do
		cmp -s "$work/pristine/$o" "$work/off/$o" && continue
		diff <(essence "$work/pristine/$o") <(essence "$work/off/$o") \
			>"$work/diff" && continue
		echo "$o differs with CONFIG_MOSIX=n:"
		head -n 10 "$work/diff"
		rc=1
	done < <(upstream_objects)
	return "$rc"
}

"$(dirname "$0")/overlay.sh"
lock_trees shared
lock_objects check
mkdir -p "$work"
: >"$work/build.log"
start=$SECONDS
nup=$(upstream_objects | wc -l)

echo "KTAP version 1"
claim "git apply takes the patch" git_applies
claim "patch -p1 --fuzz=0 takes the patch" second_tree
claim "sources are those of the overlay" same_sources
say "check-patch: building our objects and $nup upstream ones, twice ..."
claim "objects build in both trees" build_with
claim "objects are those of the overlay" same_objects
say "check-patch: building $nup upstream objects with CONFIG_MOSIX=n ..."
claim "touched files build without CONFIG_MOSIX" build_without
claim "without CONFIG_MOSIX $nup touched objects are the pristine ones" \
	same_without
echo "1..$count"
say "check-patch: $((SECONDS - start)) s"
exit $failed
