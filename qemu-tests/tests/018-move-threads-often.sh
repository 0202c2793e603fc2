#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: processes with threads that are moved again and again, at moments that
# they do not choose, notice nothing.
#
#   n1 (home) --> n2 --> n3 --> n1 --> n2 ...
#
# limit: 900
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

trips=${TRIPS:-4}

all_trips() {
	local i to
	for ((i = 0; i < trips; i++)); do
		for to in 2 3 home; do
			move "$1" $to || return
		done
	done
}

restless() {
	local name=$1
	shift
	claim_victim "$name" 1 "$@" || return 0
	if ! all_trips "$name"; then
		fail "$name moves $((3 * trips)) times"
		tell_why "$name"
		reap "$name"
		return
	fi
	ok "$name moves $((3 * trips)) times"
	claim "$name goes on and has seen nothing" goes_on_and_passes "$name"
}

goes_on_and_passes() {
	goes_on "$1" && passes "$1"
}

restless threads threads
restless leave threads leave
restless tsignals tsignals
restless tfutex tfutex
restless tmem tmem
