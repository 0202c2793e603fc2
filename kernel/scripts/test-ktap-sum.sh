#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The sum over results decides what passes, so it is tested itself: streams
# and the numbers "passed failed skipped" which they must give.

. "$(dirname "$0")/lib.sh"

bad=0

expect() {
	local got
	got=$(printf "%b" "$3" >"$tmp"; "$(dirname "$0")/ktap-sum.sh" -n "$tmp")
	[ "$got" = "$1" ] && return
	say "$2: got $got, want $1"
	bad=1
}

tmp=$(mktemp)
trap 'rm -f "$tmp"' EXIT
expect "1 0 1" "a skip is neither" '1..2\nok 1 - a\nok 2 - b # SKIP no\n'
expect "1 1 1" "a parent is not counted beside its children" \
	'1..1\n    1..3\n    ok 1 x\n    not ok 2 y\n    ok 3 z # SKIP\nnot ok 1 s\n'
expect "2 1 0" "a parent that fails alone counts" \
	'1..1\n  1..2\n  ok 1\n  ok 2\nnot ok 1 parent\n'
expect "2 1 0" "results that are missing" '1..3\nok 1 a\nok 2\n'
expect "2 0 0" "a plan may come last" 'ok 1\nok 2\n1..2\n'
expect "2 1 0" "a last plan may be missed" 'ok 1\nok 2\n1..3\n'
expect "0 1 0" "no result at all" 'hello\n'
expect "0 1 0" "an empty file" ''
expect "0 0 1" "a stream that is skipped" '1..0 # SKIP all\n'
expect "1 1 0" "bail out" 'ok 1\nBail out! x\n'
expect "3 1 0" "a second stream that misses one" \
	'1..2\nok 1\nok 2\n1..2\nok 1\n'
expect "3 0 0" "two streams, plans last" \
	'KTAP version 1\nok 1\nok 2\n1..2\nKTAP version 1\nok 1\n1..1\n'
expect "2 0 1" "three levels" \
	'1..1\n    1..3\n        1..1\n        ok 1 q\n    ok 1 p\n    ok 2 r\n    ok 3 x # SKIP\nok 1 s\n'
expect "1 0 0" "the kernel log: time stamps and carriage returns" \
	'[    1.5] 1..1\r\n[    1.6] ok 1 a\r\n'
[ $bad = 0 ] || die "ktap-sum.sh counts wrongly (lines above)"
