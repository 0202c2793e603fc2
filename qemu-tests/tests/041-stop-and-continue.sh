#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: SIGSTOP stops a body, wherever it is; it does nothing until SIGCONT;
# the parent at home is told of both.
#
#   n1: parent --> victim (home), its body on n2
#
# limit: 300
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

dir=/tmp/stop

rounds_now() {
	n1 cat $dir/rounds
}

# heard LINE TIMES
heard() {
	(($(grep -cx "$1" "$TMP/job/parent.out") == $2))
}

stands_still() {
	local before
	sleep 0.5
	before=$(rounds_now)
	sleep 2
	[[ $(rounds_now) == "$before" ]]
}

proceeds() {
	local before
	before=$(rounds_now)
	wait_for 30 eval "[[ \$(rounds_now) != '$before' ]]"
}

n1 "rm -rf $dir; mkdir $dir"
start parent 1 parent regs -d $dir
wait_for 60 n1 test -s $dir/ready
pid=$(n1 cat $dir/ready)
n1 "tell /proc/$pid/mosix/lock 1"

times=0
for node in 2 3 1; do
	times=$((times + 1))
	must "it goes to node $node" n1 "tell /proc/$pid/mosix/goto $node"
	claim "it proceeds there" proceeds
	n1 kill -STOP "$pid"
	claim "node $node: the parent hears that it stopped" \
		wait_for 20 heard 'stopped 19' $times
	assert_match "$(n1 "grep State /proc/$pid/status")" 'T \(stopped\)' \
		"node $node: /proc says so"
	claim "node $node: stopped, it does nothing" stands_still
	n1 kill -CONT "$pid"
	claim "node $node: the parent hears that it goes on" \
		wait_for 20 heard continued $times
	claim "node $node: and it does" proceeds
done

n1 "tell /proc/$pid/mosix/goto 2"
n1 kill -STOP "$pid"
wait_for 20 n1 "grep -q '^State:.*stopped' /proc/$pid/status"
said=$(n1 "timeout $((20 * SLOW)) tell /proc/$pid/mosix/goto 3" || true)
claim "a move of a stopped process waits, fails or succeeds, in time" \
	n1 test -e "/proc/$pid"
n1 kill -CONT "$pid"
claim "after which it goes on (the move said '${said:-nothing}')" proceeds
n1 kill -STOP "$pid"
n1 kill -KILL "$pid"
claim "a stopped body can be killed" finish parent 30
claim "and its parent hears it" heard "killed 9" 1
