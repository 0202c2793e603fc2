#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The quick gates, as KTAP: style, documentation, laws of the house, spelling.
# A file that passed is not looked at again until it, the tool or the tool's
# configuration changes (build/lint remembers).

. "$(dirname "$0")/lib.sh"
cd "$TOP"

here=kernel/scripts
tools=$BASES/current/scripts
cache=$BUILD/lint
count=0
failed=0

result() {
	count=$((count + 1))
	echo "$1 $count - $2"
	[ "$1" = ok ] || failed=1
}

# gate NAME COMMAND...: what it prints is shown when it fails.
gate() {
	local name=$1 out
	shift
	if out=$("$@" 2>&1); then
		result ok "$name"
	else
		printf '%s\n' "$out" | sed 's/^/# /'
		result "not ok" "$name"
	fi
}

skip() {
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

need() {
	command -v "$1" >/dev/null
}

# each NAME SALT COMMAND FILE...: run COMMAND on each file which has not passed
# before under the same SALT; COMMAND is one word, a function or program.
each() {
	local name=$1 salt=$2 command=$3 todo=() file sum
	shift 3
	[ $# -gt 0 ] || return 0
	mkdir -p "$cache/$name"
	salt=$(printf '%s' "$salt" | sha256sum | cut -c1-16)
	while read -r sum file; do
		[ -e "$cache/$name/$salt.$sum.${file//\//+}" ] ||
			todo+=("$salt.$sum.${file//\//+}" "$file")
	done < <(sha256sum "$@")
	[ ${#todo[@]} -gt 0 ] || return 0
	# shellcheck disable=SC2163 # the function which it names
	export -f "$command"
	export tools
	printf '%s\0' "${todo[@]}" | xargs -0 -n 2 -P "$(nproc)" bash -c '
		out=$("$2" "$4" 2>&1) && [ -z "$out" ] && : >"$1/$3" && exit
		printf "%s\n" "$out"
		exit 1' bash "$cache/$name" "$command"
}

checkpatch_file() {
	"$tools/checkpatch.pl" -q --terse --no-summary -f "$1"
}

# Programs are libc's, not the kernel's: its types and helpers are not theirs.
checkpatch_program() {
	"$tools/checkpatch.pl" -q --terse --no-summary -f --ignore \
PREFER_KERNEL_TYPES,PREFER_DEFINED_ATTRIBUTE_MACRO,CONSIDER_KSTRTO,SSCANF_TO_KSTRTO,NEW_TYPEDEFS,ARRAY_SIZE,STRCPY,STRNCPY,VOLATILE,PREFER_FALLTHROUGH,AVOID_EXTERNS \
		"$1"
}

checkpatch_patch() {
	# by standard input: a committed file is taken for a source, not a patch
	"$tools/checkpatch.pl" -q --terse --no-summary - <"$1" |
		sed "s|^-:|$1:|"
}

kernel_doc() {
	"$tools/kernel-doc" -none -Werror "$1"
}

# And who hangs up before a node has said all makes the claim fail now and then.
shell_check() {
	local early
	early="\\bn[1-9] (\"[^\"]*\"|'[^']*'|[^|\"'])*\\| *grep -q"
	! grep -nEH "^[^#]*$early" "$1" && shellcheck -f gcc "$1"
}

spdx_file() {
	head -n 2 "$1" | grep -q 'SPDX-License-Identifier: GPL-2.0-only' || {
		echo "$1: no SPDX-License-Identifier: GPL-2.0-only at its head"
		return 1
	}
}

# Everything in the repository, committed or about to be.
tracked() {
	git ls-files -co --exclude-standard -- "$@" | while read -r f; do
		[ ! -f "$f" ] || echo "$f"
	done | sort -u
}

# Shell scripts, by name or by first line.
shell_scripts() {
	local f
	tracked | grep -vE '\.(c|h|rst|md|patch|config|tbl|txt|awk)$' |
		while read -r f; do
			case $f in
			*.sh) echo "$f" ;;
			*) ! head -n 1 "$f" | grep -qE '^#!.*\b(ba)?sh\b' ||
				echo "$f" ;;
			esac
		done
}

spelling() {
	git ls-files -z -co --exclude-standard | xargs -0 codespell \
		--ignore-words-list="$(grep -v '^#' "$here/spelling-ok.txt" |
			paste -sd,)" --skip=COPYING,build,spelling-ok.txt
}

[ -d "$tools" ] || $here/fetch.sh
mapfile -t kernel_side < <(tracked 'kernel/*.[ch]' 'deputy/*.[ch]' \
	'loadinfo/*.[ch]' | grep -v '/test/')
mapfile -t programs < <(tracked 'kernel/test/*.[ch]' 'deputy/test/*.[ch]' \
	'loadinfo/test/*.[ch]' 'tools/*.[ch]' 'qemu-tests/*.[ch]')
mapfile -t patches < <(series | sed 's|^|kernel/patches/|')
mapfile -t scripts < <(shell_scripts)
mapfile -t sources < <({
	printf '%s\n' "${kernel_side[@]}" "${programs[@]}" "${scripts[@]}"
	tracked Makefile '*/Makefile' '*/Kbuild' '*/Kconfig' '*.tbl' '*.config'
} | grep . | sort -u)
salt=$(cat .checkpatch.conf "$tools/checkpatch.pl" "$0" | sha256sum)

echo "KTAP version 1"
gate "checkpatch: ${#kernel_side[@]} files of the kernel side" \
	each checkpatch "$salt" checkpatch_file kernel/Kconfig "${kernel_side[@]}"
gate "checkpatch: ${#programs[@]} files of programs" \
	each checkpatch-program "$salt" checkpatch_program "${programs[@]}"
gate "checkpatch: ${#patches[@]} patches" \
	each checkpatch-patch "$salt" checkpatch_patch "${patches[@]}"
gate "kernel-doc: ${#kernel_side[@]} files" \
	each kernel-doc "$salt" kernel_doc "${kernel_side[@]}"
gate "kernel-doc on every function that is offered" $here/check-docs.sh
gate "licence: ${#sources[@]} files say GPL-2.0-only at their head" \
	each spdx "$salt" spdx_file "${sources[@]}"
gate "dependency law" $here/check-deps.sh
gate "pure files are pure" $here/check-pure.sh
gate "footprint within its budget" $here/footprint.sh
gate "sums over KTAP" $here/test-ktap-sum.sh
gate "limits of file, function and parameters" $here/check-limits.sh
if need shellcheck; then
	gate "shellcheck: ${#scripts[@]} scripts" \
		each shellcheck "$salt$(cat $here/lib.sh)" shell_check "${scripts[@]}"
else
	skip shellcheck "not installed: make deps"
fi
if need codespell; then
	gate "spelling" spelling
else
	skip spelling "codespell is not installed: make deps"
fi
echo "1..$count"
exit $failed
