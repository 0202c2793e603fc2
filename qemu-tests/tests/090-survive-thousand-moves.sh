#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a program that checks all its memory, its registers and its FPU state
# in every round notices nothing of a thousand moves there and back.
#
#   n1 (home) <--> n2, MOVES times there and as often back
#
# limit: 1500
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

# A quick run takes a tenth.
moves=${MOVES:-100}
((SLOW == 1)) || moves=${MOVES:-1000}

# One command on the node for many moves: each move is one write.
there_and_back() {
	n1 "i=0; while [ \$i -lt $1 ]; do
		echo 2 >/proc/$pid/mosix/goto || exit 1
		echo home >/proc/$pid/mosix/goto || exit 2
		i=\$((i + 1))
	done"
}

victim all 1 allcheck 2 200000
pid=$(pid_of all)
before=$(about all nmigs)
began=$EPOCHREALTIME
made=0
while ((made < moves)); do
	part=$((moves - made < 25 ? moves - made : 25))
	there_and_back $part || break
	made=$((made + part))
	goes_on all || break
done
took=$(echo "$EPOCHREALTIME - $began" | bc)
echo "$made times there and back took $took s"
assert_eq "$made" "$moves" "$moves times there and back"
assert_eq "$(($(about all nmigs) - before))" $((2 * moves)) \
	"each of the $((2 * moves)) moves is counted"
claim "the program goes on" goes_on all
claim "and has seen nothing" passes all
claim "no guest is left on node 2" no_guest_on 2
