#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Our objects of the debug configuration under sparse and the compiler's extra
# warnings, in an object tree of their own: as KTAP, one line.

. "$(dirname "$0")/lib.sh"

name="sparse and W=1 are silent"
echo "KTAP version 1"
echo "1..1"
if ! command -v sparse >/dev/null; then
	echo "ok 1 - $name # SKIP sparse is not installed: make deps"
	exit 0
fi
folders=("${MOSIX_FOLDERS[@]/#/mosix/}")
# C=2 looks at every file, also at those which are compiled already
# sparse does not know that guard() unlocks at the end of its block: what it says
# of lock contexts is noise here, and lockdep's word in the debug kernel
if out=$("$(dirname "$0")/build.sh" sparse C=2 W=1 \
		CF=-Wno-context "${folders[@]/%//}" 2>&1) &&
	grep -q '^  CHECK .*mosix/' "$BUILD/sparse/build.log" &&
	! grep -qE '(mosix/|mosix\.h).*(warning|error):' <<<"$out"; then
	echo "ok 1 - $name"
else
	printf '%s\n' "$out" | sed 's/^/# /'
	echo "not ok 1 - $name"
	exit 1
fi
