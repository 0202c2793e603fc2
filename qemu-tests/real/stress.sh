#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# stress-ng, which verifies its own work, two of each stressor. Only its verdict
# is compared: how long it took is not the same twice.
set -euo pipefail

# stress STRESSOR:OPERATIONS...
stress() {
	local what name
	for what in "$@"; do
		name=${what%:*}
		if stress-ng --verify --temp-path "$TMPDIR" --"$name" 2 \
			--"$name-ops" "${what#*:}" >log 2>&1; then
			echo "$name passed"
		else
			echo "$name: status $?"
			cat log >&2
		fi
	done
}

# To compute and to remember.
stress cpu:6 matrix:60 qsort:1 bsearch:10 vecmath:6 crypt:20 hash:20 str:40 \
	zlib:1 wcs:20 memcpy:5 longjmp:400 funccall:4
# Memory, processes, files, signals.
stress malloc:2000 vm:20 pipe:2000 hdd:20 flock:100 fork:20 switch:1000 \
	sigq:200 mq:200 futex:400 poll:40 getrandom:40
