#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: the guests have the programs that a test asks for: Debian's, which
# are dynamic, and our own.
#
# needs: xz openssl python3
# limit: 240
. "$TOP/qemu-tests/lib/test.sh"

claim "the shell finds Debian's xz, not busybox's" \
	test "$(n1 command -v xz)" = "$(PATH=/usr/sbin:/usr/bin type -P xz)"
head -c 200000 /proc/kallsyms >"$TMP/text"
put 1 "$TMP/text" /tmp/text
n1 'xz -k -1 /tmp/text && rm /tmp/text && xz -d /tmp/text.xz'
get 1 /tmp/text "$TMP/back"
claim "xz packs and unpacks" cmp "$TMP/text" "$TMP/back"
assert_eq "$(n1 'openssl dgst -sha256 -r </tmp/text' | cut -d' ' -f1)" \
	"$(sha256sum <"$TMP/text" | cut -d' ' -f1)" "openssl hashes as we do"
assert_eq "$(n1 "python3 -c 'import json, hashlib, random, collections, math
print(json.dumps({\"factorial\": math.factorial(20)}))'")" \
	'{"factorial": 2432902008176640000}' "python3 computes"
for program in "$TOP"/qemu-tests/programs/*.c; do
	[[ -e $program ]] || continue
	program=${program##*/}
	n1 "test -x /bin/${program%.c} || test -x /bin/${program%.c}.dyn" || missing+=" ${program%.c}"
done
assert_eq "${missing-}" "" "all of our programs are there"
