#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: whatever ends a run, nothing of it stays: no process, no mount, no
# interface.
#
#   this run
#     a run inside it <- SIGINT, SIGTERM, SIGKILL
# flavour: normal
# limit: 240
. "$TOP/qemu-tests/lib/test.sh"

work=$TMP/work
mkdir "$work"
# shellcheck disable=SC2153 # two names on purpose
cp -a "$WORK"/{bin,programs} "$work"
export -n CLUSTER

# Processes that work in the inner run's folder, or were started from it.
remains() {
	local proc
	for proc in /proc/[0-9]*; do
		[[ $proc != /proc/$$ ]] || continue
		if [[ $(readlink "$proc/cwd") == "$work"* ]] ||
			tr '\0' ' ' <"$proc/cmdline" 2>/dev/null |
			grep -q "^$work"; then
			echo "${proc#/proc/}: $(tr '\0' ' ' <"$proc/cmdline")"
		fi
	done
}

nothing_remains() {
	[[ -z $(remains) ]]
}

# A program in the background of a script has SIGINT ignored: undo that.
inner_run() {
	WORK=$work exec env --default-signal=INT "$TOP/qemu-tests/run" -n 1 \
		-T "$TOP/qemu-tests/tests/planted" normal 200
}

mounts=$(wc -l </proc/mounts)
links=$(ip -o link | wc -l)
for signal in INT TERM KILL; do
	inner_run >"$TMP/ktap.$signal" 2>&1 &
	run=$!
	wait_for 60 grep -q '^ok.*it waits' "$TMP/ktap.$signal"
	claim "SIG$signal: before, there is something to end" \
		grep -q qemu-system <(remains)
	kill "-$signal" "$run"
	status=0
	wait "$run" || status=$?
	claim "SIG$signal: the run fails (status $status)" test "$status" -gt 128
	claim "SIG$signal: no process stays" wait_for 10 nothing_remains
	remains
	cat "$TMP/ktap.$signal"
done
assert_eq "$(wc -l </proc/mounts)" "$mounts" "no mount stays"
assert_eq "$(ip -o link | wc -l)" "$links" "no interface stays"
