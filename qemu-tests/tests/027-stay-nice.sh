#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a job that is nice at home is nice where it goes, with all its threads,
# also when it is made so while it is away; none goes before the host's own.
#
#   n1 (home) --> n2 --> n1
#
# needs: chrt taskset
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

# Nice value and policy of each thread of the guest on node 2, each kind once.
there() {
	n2 "for p in \$(grep -lx $1 /proc/[0-9]*/comm 2>/dev/null); do
		cat \${p%comm}task/*/stat 2>/dev/null
	done" | sed 's/.*) //' | awk '{ print $17, $39 }' | sort -u
}

is_there() {
	[[ $(there "$1") == "$2 $3" ]]
}

here() {
	n1 "sed 's/.*) //' /proc/$(pid_of "$1")/stat" | awk '{ print $17, $39 }'
}

claim_victim fpu 1 fpu
n1 renice -n 7 -p "$(pid_of fpu)"
claim "it moves" move fpu 2
claim "it is as nice there" is_there fpu 7 0
assert_eq "$(here fpu)" "7 0" "and at home as nice as it was"
n1 renice -n 5 -p "$(pid_of fpu)"
claim "made nicer while it is away, it is that there" \
	wait_for 10 is_there fpu 12 0
n1 chrt -b -p 0 "$(pid_of fpu)"
claim "so it is when it becomes one for batches" wait_for 10 is_there fpu 12 3
n1 renice -n -20 -p "$(pid_of fpu)"
claim "it is not before the host's own when it is before others at home" \
	wait_for 10 is_there fpu 0 3
assert_eq "$(here fpu)" "-8 3" "home shows what was asked for"
claim "it comes home" move fpu home
assert_eq "$(here fpu)" "-8 3" "it is so at home again"
claim "it has seen nothing" passes fpu

# Somebody pins it, or makes it one for real time, while it is away.
claim_victim fpu 1 fpu
claim "it moves again" move fpu 2
n1 taskset -p 1 "$(pid_of fpu)"
claim "pinned at home it comes home" wait_for 20 is_on fpu 1
assert_eq "$(about fpu cantmove)" "CPU affinity" "that is why it stays"
claim "it has seen nothing" passes fpu
claim_victim fpu 1 fpu
claim "another one moves" move fpu 2
n1 chrt -f -p 5 "$(pid_of fpu)"
claim "made one for real time it comes home" wait_for 20 is_on fpu 1
claim "it has seen nothing" passes fpu

claim_settled scheds

# It pins itself; and is free again.
may_move() {
	[[ -z $(about "$1" cantmove) ]]
}

claim_victim scheds 1 scheds pinned
pin=$(victim_dir scheds)/pin
for i in 1 2; do
	claim "scheds moves ($i)" move scheds 2
	n1 touch "$pin"
	claim "pinned by itself it comes home ($i)" wait_for 20 is_on scheds 1
	assert_eq "$(about scheds cantmove)" "CPU affinity" \
		"that is why it stays ($i)"
	n1 rm "$pin"
	claim "on all CPUs again it may move ($i)" wait_for 10 may_move scheds
	claim "it goes on ($i)" goes_on scheds
done
claim "scheds has seen nothing" passes scheds

claim_victim tmem 1 tmem
threads="/proc/$(pid_of tmem)/task/*"
n1 "for t in $threads; do renice -n 9 -p \${t##*/} >/dev/null || exit 1; done"
claim "many threads move" move tmem 2
claim "they are all as nice there" is_there tmem 9 0
n1 "for t in $threads; do chrt -i -p 0 \${t##*/} || exit 1; done"
claim "and all are for idle times when they are at home" \
	wait_for 20 is_there tmem 9 5
claim "they go on" goes_on tmem
claim "they have seen nothing" passes tmem
