#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: where a node is busy, a program that computes goes elsewhere as soon as it
# has begun, long before the balancer would look at it; one that sleeps, one that
# is locked, and any while it is off, do not.
#
#   n1 (2 CPUs, four burners that stay): four more --> n2, n3 (2 CPUs each, idle)
#
# limit: 300
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

events=/sys/kernel/tracing/events/mosix
trace=/sys/kernel/tracing/trace
names=(burner1 burner2 burner3 burner4)

# How many of the new programs were moved because they had just begun.
placed() {
	local name said n=0
	said=$(n1 cat $trace)
	for name in "${names[@]}"; do
		[[ ! $said =~ " pid=$(pid_of "$name") from=1 to="[23]" why=exec "[^=]*=[a-z]*" result=0 " ]] ||
			n=$((n + 1))
	done
	echo "$n"
}

are_placed() {
	(($(placed) >= $1))
}

begin() { # NAME [COMMAND...]: a burner, by that command
	local name=$1
	shift
	n1 "rm -rf $(victim_dir "$name"); mkdir $(victim_dir "$name")"
	start "$name" 1 "$@" burn -d "$(victim_dir "$name")"
	echo 1 >"$TMP/job/$name.home"
}

datagrams() { # KIND
	pcap count "udp[8:4] = 0x4d784c62 and udp[13] = $1" | cut -d' ' -f1
}

exec_moves() { # [WHOSE]: tried, by the trace
	n1 cat $trace | grep -c "${1-}.*why=exec" || true
}

for i in 1 2 3 4; do
	must "busy$i computes on node 1" victim "busy$i" 1 burn
done
n1 "echo >$trace; echo 1 >$events/mosix_move/enable"
# A program that runs when this is set is none that begins.
n1 'echo 20 >/proc/mosix/admin/exec_place'
sleep $((4 * SLOW))

began=$SECONDS
for name in "${names[@]}"; do
	begin "$name"
done
claim "three or more of four programs are placed as they begin" \
	wait_for 20 are_placed 3
echo "after $((SECONDS - began)) s: $(placed) of 4"
for name in "${names[@]}"; do
	echo "$name: on $(where "$name"), $(about "$name" nmigs) moves," \
		"$(about "$name" why)"
done
n1 cat $trace
claim "on both other nodes" test \
	"$(n1 cat $trace | grep -oE 'to=[23] why=exec .* result=0' |
		cut -c1-4 | sort -u | wc -l)" == 2
# Kinds 4 and 5 of gossip.h; sealed, nobody can tell them from others.
if [[ ${LINKS-clear} == clear ]]; then
	asked=$(datagrams 4)
	claim "nodes were asked before ($asked times)" test "$asked" -gt 0
	said=$(datagrams 5)
	claim "and said what it is like there ($said times)" test "$said" -gt 0
fi
for name in "${names[@]}"; do
	claim "$name has seen nothing" passes "$name"
done

# Again nothing is wanted of the others.
sleep $((4 * SLOW))
n1 "echo >$trace"
# To begin is work, too: here it takes longer than 20 ms.
n1 'echo 500 >/proc/mosix/admin/exec_place'
start sleeper 1 sleep 1000
begin held "sh -c 'echo 1 >/proc/self/mosix/lock; exec \"\$@\"' sh"
sleep $((2 * SLOW))
n1 cat $trace
assert_eq "$(exec_moves "pid=$(pid_of sleeper) ")" 0 "no sleeper is placed"
assert_eq "$(exec_moves "pid=$(pid_of held) ")" 0 "no locked program is"
assert_eq "$(where held)" 1 "which is where it was"
n1 "kill $(pid_of sleeper)"
finish sleeper || true
claim "held has seen nothing" passes held

n1 'echo 0 >/proc/mosix/admin/exec_place'
sleep $((2 * SLOW))
n1 "echo >$trace"
begin burner1
sleep $((3 * SLOW))
assert_eq "$(exec_moves)" 0 "nor is any when it is off"
claim "burner1 has seen nothing" passes burner1
for i in 1 2 3 4; do
	claim "busy$i has seen nothing" passes "busy$i"
done

# Many that begin at once where nothing ran: a period later all of them would be here.
n1 'echo 20 >/proc/mosix/admin/exec_place'
sleep $((4 * SLOW))
n1 "echo >$trace"
start many 1 sh -c "'for i in 1 2 3 4 5 6 7 8; do burn -t 10 >/dev/null & done; wait'"
were_placed() {
	n1 cat $trace | grep -c 'from=1 to=[23] why=exec .* result=0' || true
}
most_are_placed() {
	(($(were_placed) >= 4))
}
claim "of eight that begin at once four or more are placed" \
	wait_for 20 most_are_placed
n1 cat $trace
claim "all eight come to their end" finish many $((60 * SLOW))
n1 "echo 0 >$events/mosix_move/enable; echo >$trace"
n1 'echo 0 >/proc/mosix/admin/exec_place'
