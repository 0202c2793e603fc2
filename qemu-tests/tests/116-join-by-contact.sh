#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a node that has the cluster's key and the address of one node, or is on one
# network with it, becomes a node of that cluster: all hear of it, it takes processes, and it is one again after it was
# away; two that got the same id in two halves of a network both have one of their own
# once the halves meet.
#
#   n1 (set up alone) -- n2 (joins by n1), n3 (joins by n2)
#
# limit: 400
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

make -s -C "$TOP/tools" OUT="$TMP/tools" LDFLAGS='-static -s' all 2>"$TMP/make.log" ||
	{ cat "$TMP/make.log"; exit 1; }
key=$(make_key)
keys_on "$key"
for i in 1 2 3; do
	put "$i" "$TMP/tools/mosctl" /bin/mosctl
	node "$i" "cat /proc/mosix/config >/tmp/map.before
		cp -r /etc/mosix /tmp/mosix.before; mosctl leave; rm -f /etc/mosix/*"
done
listen() { # I: what mosix-join.socket does on a system
	start "door$1" "$1" mosctl answer listen
	wait_for 20 node "$1" "netstat -ltn | grep -q ':7237 '"
}
is_up() { # NODE BY
	[[ $(node "$2" cat "/proc/mosix/nodes/$1/status") == up ]]
}
has_left() { # NODE BY
	[[ $(node "$2" cat "/proc/mosix/nodes/$1/status") =~ leaving|down ]]
}
same_file() { # I J
	diff <(node "$1" cat /etc/mosix/map) <(node "$2" cat /etc/mosix/map)
}
same_kernel() { # I J: but for self
	diff <(node "$1" "sed 1d /proc/mosix/config") \
		<(node "$2" "sed 1d /proc/mosix/config")
}
joins() { # I J
	node "$1" mosctl join --contact "10.77.0.$2" --key /tmp/given
}
give() { # I TEXT: on standard input, as it is a key
	printf '%s\n' "$2" | feed "$1" "umask 077; cat >/tmp/given"
}

# ---- one by one ----
claim "one node is a cluster" n1 "mosctl setup 10.77.0.1"
n1 "rm /etc/mosix/key"
give 1 "$key"
n1 "cp /tmp/given /etc/mosix/key"
claim "with the key of all" n1 mosctl join
must "it answers" listen 1
give 2 "$(make_key)"
claim_not "who has another key does not join" joins 2 1
claim "and has no map" n2 "[ ! -e /etc/mosix/map ]"
n2 "rm -f /etc/mosix/key"
give 2 "$key"
give 3 "$key"
must "n2 joins by n1" joins 2 1
assert_eq "$(n2 cat /proc/mosix/self)" 2 "as node 2"
assert_eq "$(n2 stat -c %a /etc/mosix/key)" 600 "its key is kept"
claim "n1 has the same map" same_file 1 2
claim "and its kernel" same_kernel 1 2
claim "n1 hears of its load" wait_for 30 is_up 2 1
claim "and n2 of that of n1" wait_for 30 is_up 1 2
must "n2 answers" listen 2
must "n3 joins by n2" joins 3 2
assert_eq "$(n3 cat /proc/mosix/self)" 3 "as node 3"
claim "n1 was told" same_file 1 3
claim "and its kernel" same_kernel 1 3
claim "n1 hears of it" wait_for 30 is_up 3 1
must "n3 answers" listen 3
victim heap 1 heap
claim "a process goes there" move heap 3
claim "heap goes on" goes_on heap
claim "and comes home" move heap home
claim "joining again changes nothing" joins 3 1
assert_eq "$(n3 cat /proc/mosix/self)" 3 "it is still node 3"

# ---- without an address ----
n3 "mosctl leave; rm /etc/mosix/map"
must "n3 finds a node on its own" n3 mosctl join --discover
assert_eq "$(n3 cat /proc/mosix/self)" 3 "whose map has it as node 3"
claim "and is the same" same_file 1 3
claim "n1 hears of it again" wait_for 60 is_up 3 1

# ---- away, while the map changes ----
n3 "mosctl leave"
claim_not "who is up is not forgotten" n1 mosctl forget 2
claim "n2 is drained and leaves" n2 mosctl --timeout 60 shutdown
claim "n1 hears of that" wait_for 60 has_left 2 1
claim "and is forgotten" n1 mosctl forget 2
assert_eq "$(n1 "grep -c ^node /etc/mosix/map")" 2 "by n1"
claim "n3 joins as after a boot" n3 mosctl join
claim "and has the map that n1 has" same_file 1 3
claim "n1 hears of it again" wait_for 30 is_up 3 1

# ---- two halves ----
# n1 let in n2, and somebody of the other half n3. Nobody tells n3 anything: it asks.
n3 "mosctl leave; rm /etc/mosix/map; cp /tmp/given /etc/mosix/key
	printf 'serial 5\nnode 1 10.77.0.1\nnode 9 10.77.0.3\n' >/etc/mosix/map
	mosctl config /etc/mosix/map"
n1 "printf 'serial 5\nnode 1 10.77.0.1\n' >/etc/mosix/map
	mosctl config /etc/mosix/map"
n2 "rm -f /etc/mosix/map"
must "n2 joins one half" joins 2 1
claim "which the other does not know" n3 "! grep -q 10.77.0.2 /etc/mosix/map"
claim "they meet" n3 mosctl sync all
one_map() {
	n3 mosctl sync all && n2 mosctl sync all && n1 mosctl sync all &&
		same_file 1 2 && same_file 1 3 && same_kernel 1 2 && same_kernel 1 3
}
claim "and come to one map" wait_for 60 one_map
claim "with all three" test "$(n1 "grep -c ^node /etc/mosix/map")" = 3
claim "node 3 is up for node 1" wait_for 60 is_up "$(n3 cat /proc/mosix/self)" 1
claim "a process goes there" move heap "$(n3 cat /proc/mosix/self)"
claim "and comes home" move heap home
claim "heap has seen nothing" passes heap

# ---- as it was ----
for i in 1 2 3; do
	stop_client "door$i"
	node "$i" "rm -rf /etc/mosix /tmp/given; mv /tmp/mosix.before /etc/mosix
		cat /tmp/map.before >/proc/mosix/config
		for name in block stay lstay leave; do
			echo 0 >/proc/mosix/admin/\$name
		done"
done
claim "all are back" wait_for 60 is_up 3 1
