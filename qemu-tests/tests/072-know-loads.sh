#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: nodes tell each other their load; who is down is known to be; a job
# that need not move, or may not, stays, and the kernel says why.
#
#   n1 (2 CPUs, 2 or 4 burners), n2 and n3 (2 CPUs each, idle)
#
# limit: 400
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

# On each node: as many nodes that it thinks are up.
all_know() {
	local i
	for i in 1 2 3; do
		[[ $(node "$i" grep -c ' up' /proc/mosix/vector) == "$1" ]] ||
			return
	done
}

knows_down() {
	[[ $(n1 cat /proc/mosix/nodes/3/status) == down ]]
}

burner() {
	n1 "rm -rf $(victim_dir "$1"); mkdir $(victim_dir "$1")"
	start "$1" 1 burn -d "$(victim_dir "$1")"
	echo 1 >"$TMP/job/$1.home"
}

places() {
	local name
	for name; do
		where "$name"
	done | paste -sd' '
}

anybody_away() {
	[[ $(places "$@") == *[23]* ]]
}

# Jobs on node 1 as node 2 hears of them, in thousandths: the load is for each
# CPU and on the reference CPU.
jobs_of_1() {
	n2 'cd /proc/mosix/nodes/1
		echo $(($(cat load) * $(cat speed) * $(cat cpus) / 1000))'
}

hears_jobs() {
	(($(jobs_of_1) >= $1 * 900))
}

all_block() {
	local i
	for i in 2 3; do
		[[ $(n1 cat "/proc/mosix/nodes/$i/status") == *block* ]] ||
			return
	done
}

leaves() {
	[[ $(n1 cat "/proc/mosix/nodes/$1/status") == up,leaving ]]
}

stays_in() {
	[[ $(n1 cat "/proc/mosix/nodes/$1/status") == up ]]
}

# The reason in the last lines of the log of node 1.
reason_is() {
	n1 "tail -n 3 /proc/mosix/decisions | grep -q ' $1 '"
}

# What a dry run of a burner says.
would() {
	local said
	said=$(about "$1" would)
	[[ $said =~ $2 ]] || {
		echo "$1 would: $said"
		return 1
	}
}

away_says_so() {
	local name node
	for name; do
		node=$(where "$name")
		[[ $node == 1 ]] || would "$name" "^away node $node\$" || return
	done
}

block() {
	local i
	for i in 2 3; do
		node "$i" "echo $1 >/proc/mosix/admin/block"
	done
}

must "each node hears of the others" wait_for 30 all_know 3
for figure in cpus speed load tmem mem guests age rmem util version; do
	assert_match "$(n1 cat "/proc/mosix/nodes/2/$figure")" '^[0-9]+$' \
		"node 1 knows $figure of node 2"
done
assert_eq "$(n1 cat /proc/mosix/nodes/2/cpus)" "$(n2 nproc)" \
	"the CPUs are those that node 2 has"
assert_eq "$(n1 cat /proc/mosix/nodes/2/version)" \
	"$(n2 "awk '\$1 == \"protocol\" { print \$2 }' /proc/mosix/info")" \
	"and the protocol is the one that it speaks"
claim "no more memory is free than there is" n1 \
	'cd /proc/mosix/nodes/2; [ "$(cat rmem)" -le "$(cat tmem)" ]'

n2 'echo 1 >/proc/mosix/admin/leave'
claim "node 1 hears that node 2 is about to leave" wait_for 30 leaves 2
burner burner5
assert_eq "$(tell burner5 goto 2)" ECONNREFUSED "which takes no guest then"
claim "burner5 has seen nothing" passes burner5
n2 'echo 0 >/proc/mosix/admin/leave'
claim "and that it does not after all" wait_for 30 stays_in 2

block 1
claim "node 1 hears that the others block" wait_for 30 all_block
for name in burner1 burner2 burner3 burner4; do
	burner "$name"
done
sleep $((6 * SLOW))
assert_eq "$(places burner1 burner2 burner3 burner4)" "1 1 1 1" \
	"nobody goes to nodes that block"
claim "which is the reason given" wait_for 10 reason_is stay-no-target
claim "and what a dry run says" would burner1 '^stay-no-target node 0 gain 0 '
tell burner1 lock 1
claim "of a locked one, that it cannot move" would burner1 '^stay-no-process '
tell burner1 lock 0
assert_match "$(n1 cat /proc/1/mosix/would)" '^stay-no-process ' \
	"of the first process, too"
claim "node 2 hears of all four jobs" wait_for 20 hears_jobs 4

n1 'echo 1 >/proc/mosix/admin/stay'
block 0
sleep $((5 * SLOW))
assert_eq "$(places burner1 burner2 burner3 burner4)" "1 1 1 1" \
	"nobody leaves a node that keeps its own"
claim "which is the reason given then" wait_for 10 reason_is stay-admin
claim "and what a dry run says then" would burner2 '^stay-admin '
n1 'echo 0 >/proc/mosix/admin/stay'
claim "set free, somebody goes" wait_for 60 \
	anybody_away burner1 burner2 burner3 burner4
claim "because it waits less for a CPU there" \
	n1 'grep -q " move-cpu " /proc/mosix/decisions'
n1 cat /proc/mosix/decisions
for i in 1 2 3; do
	node "$i" 'echo 1 >/proc/mosix/admin/stay'
done
sleep $((3 * SLOW))
claim "a dry run of who is away names its node" \
	away_says_so burner1 burner2 burner3 burner4
for i in 1 2 3; do
	node "$i" 'echo 0 >/proc/mosix/admin/stay'
done
for name in burner1 burner2 burner3 burner4; do
	claim "$name has seen nothing" passes "$name"
done

# Two would have to share with what the node does for the test: then one may go.
burner burner1
sleep $((8 * SLOW))
assert_eq "$(where burner1)" 1 "a job with a CPU to itself stays where it is"
n1 cat /proc/mosix/decisions
claim "burner1 has seen nothing again" passes burner1

crash_node 3
claim "node 3 is known to be down" wait_for 60 knows_down
assert_match "$(n1 'cat /proc/mosix/nodes/3/load 2>&1' || true)" "No route to host" \
	"and its figures cannot be read"
boot_node 3
wait_node 3
claim "and to be up again" wait_for 60 all_know 3
