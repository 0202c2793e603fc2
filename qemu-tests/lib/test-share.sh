#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Shares of the host's CPUs (share.sh) and the namespaces of a run (enter.sh), with
# programs that spin in the place of guests. KTAP; needs root.
#
#   test-share.sh [run N | inside N]   N nodes of an inner run: it calls itself
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
self=$here/${0##*/}
. "$here/ktap.sh"
. "$here/share.sh"
. "$here/enter.sh"

# What run does: groups, then namespaces.
run() {
	share_make "$1"
	echo "$SHARES" >"$WORK/shares"
	trap share_remove EXIT
	enter setsid "$self" inside "$1"
}

before_end() {
	share_remove
}

# What main.sh does; node 2 may have four times what node 1 has.
inside() {
	export NODES=$1 CLUSTER=$WORK
	local i
	for ((i = 1; i <= NODES; i++)); do
		spin "$i" &
		echo $! >"$WORK/spin.$i"
	done
	shares 10 40
	sleep 2
	share_used >"$WORK/used.new"
	mv "$WORK/used.new" "$WORK/used"
	share 1 max
	sleep 1
	share_used >"$WORK/free.new"
	mv "$WORK/free.new" "$WORK/free"
	[[ ! -e $WORK/short ]] || return 0
	sleep 100
}

spin() {
	share_join "$1" || exit 1
	exec setsid bash -c 'while :; do :; done' "spin-$WORK-$1"
}

case ${1-} in
run | inside) "$@"; exit ;;
esac

claim() {
	local text=$1
	shift
	if "$@"; then
		ktap_result ok "$text"
	else
		ktap_result "not ok" "$text"
	fi
}

within() { # SECONDS CMD...
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.1
	done
}

spins() {
	pgrep -f "^bash .*spin-$WORK-" >/dev/null
}

is_gone() {
	[[ ! -d $(cat "$WORK/shares") ]] && ! spins
}

had() { # NODE LEAST MOST FILE: percent of a core
	local percent
	percent=$(sed -n "s/^node $1 had \([0-9]*\) .*/\1/p" "$WORK/$4")
	ktap_note "node $1 had $percent % of a core: $2 to $3"
	((percent >= $2 && percent <= $3))
}

begin() {
	rm -f "$WORK"/{used,free,shares}
	# A program in the background of a script has SIGINT ignored: undo that.
	env --default-signal=INT bash "$self" run 2 >"$WORK/log" 2>&1 &
	run=$!
	within 60 test -e "$WORK/free"
}

ktap_begin
WORK=$(mktemp -d)
export WORK
trap 'rm -rf "$WORK"' EXIT
if ! why=$(share_root); then
	echo "1..0 # SKIP $why"
	exit 0
fi

test=$WORK/100-test.sh
echo "# share: 20 40" >"$test"
claim "a test may ask for shares" share_wanted /nowhere "$test"
echo "# nodes: 2" >"$test"
claim "and one that does not has none" eval '! share_wanted "$test"'

: >"$WORK/short"
claim "an inner run ends" begin
status=0
wait "$run" || status=$?
claim "well (status $status)" test "$status" = 0
claim "and has taken its groups with it" is_gone
cat "$WORK/log"
# The upper bounds are what this is for; a host that is busy gives less.
claim "10 percent are no more" had 1 0 15 used
claim "nor are 40" had 2 0 50 used
claim "the log says how often it wanted more" \
	grep -q '^node 1 .* wanted more in [1-9][0-9]* % of' "$WORK/used"
rm "$WORK/short"

for signal in INT TERM KILL; do
	claim "SIG$signal: before, there is something to end" begin
	claim "SIG$signal: and groups" test -d "$(cat "$WORK/shares")/n2"
	kill "-$signal" "$run"
	status=0
	wait "$run" || status=$?
	claim "SIG$signal: the run fails (status $status)" test "$status" -gt 128
	claim "SIG$signal: no group and no program stays" within 10 is_gone
done

# As if a keeper had been killed with its run.
SHARES=$(mktemp -d "$(share_root)/mosix-XXXXXX")
mkdir "$SHARES/n1"
echo "$SHARES" >"$WORK/shares"
share_prune "$(share_root)"
claim "what a dead run left goes with the next one" is_gone
begin
old=$(cat "$WORK/shares")
share_prune "$(share_root)"
claim "what a live one has stays" test -d "$old/n1"
kill -TERM "$run"
wait "$run" || true
ktap_end
