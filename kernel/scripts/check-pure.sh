#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Pure means: compiles without floats and without an operating system, needs
# nothing from outside, keeps no state. The objects of the pure files prove it.

. "$(dirname "$0")/lib.sh"

# what the compiler itself may call for copying or comparing structures
readonly ALLOWED='memcpy|memmove|memset|memcmp'

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bad=0
objects=()
for f in $(pure_files | grep '\.c$'); do
	o=$tmp/$(basename "$f" .c).o
	cc -std=gnu11 -O2 -Wall -Wextra -Werror -ffreestanding \
		-mgeneral-regs-only -fno-stack-protector -fno-pie -c -o "$o" \
		"$TOP/$f" || { say "$f: does not compile on its own"; bad=1; continue; }
	objects+=("$o")
	# what runs the rows of a table may keep its report between two rows
	[[ $f != *_check.c ]] || continue
	while read -r symbol; do
		say "$f: keeps state in $symbol: make it const, or an argument"
		bad=1
	done < <(nm "$o" | awk '$2 ~ /^[bBdDcC]$/ { print $3 }')
done
[ $bad = 0 ] || die "pure files are not pure (lines above)"
[ ${#objects[@]} -gt 0 ] || die "no pure file found"

ld -r -o "$tmp/all" "${objects[@]}" || die "pure files do not link together"
needs=$(nm -u "$tmp/all" | awk '{ print $2 }' | grep -vxE "$ALLOWED" || true)
[ -z "$needs" ] || die "pure files need services from outside: ${needs//$'\n'/ }"
say "pure: ${#objects[@]} files need nothing and keep nothing"
