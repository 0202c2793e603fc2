#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a node that does not answer at its own address is reached at an alias of
# it, and heard from there, if the map says so; a cluster of IPv6 addresses works
# as one of IPv4 does.
#
#   n1 10.77.0.1, 10.78.0.1, fd77::1 -- n2 10.77.0.2, 10.78.0.2, fd77::2
#
# limit: 400
# nodes: 2
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

set_map() { # I LINE...
	local i=$1
	shift
	node "$i" tell /proc/mosix/config "'$(printf '%s\\n' "$@")'"
}
refuses() { # ERROR LINE...
	local error=$1 said
	shift
	said=$(set_map 1 "$@") || true
	[[ $said == "$error" ]] && return
	echo "$said"
	return 1
}
is_up() { # NODE BY
	[[ $(node "$2" cat "/proc/mosix/nodes/$1/status") == up ]]
}

for i in 1 2; do
	node $i 'cat /proc/mosix/config >/tmp/map.088'
done
node1="node 1 10.77.0.1" node2="node 2 10.77.0.2"

# ---- what is a map ----
claim "an alias of nobody is refused" refuses EINVAL "self 1" "alias 1 10.78.0.1" \
	"$node1"
claim "one with another port is" refuses EINVAL "self 1" "$node1" \
	"alias 1 10.78.0.1:99"
claim "four are too many" refuses E2BIG "self 1" "$node1" "alias 1 10.78.0.1" \
	"alias 1 10.78.0.2" "alias 1 10.78.0.3" "alias 1 10.78.0.4"
claim "own addresses of both kinds are refused" refuses EINVAL "self 1" "$node1" \
	"node 2 [fd77::2]:7236"
for bad in fe80::1 ::ffff:10.77.0.1 ff02::1 :: '[fd77::1' '[fd77::1]7236' \
	'[fd77::1]:0' fd77::1::2 10.77.0.1:7236:1; do
	claim "$bad is no address" refuses EINVAL "self 1" "node 1 $bad"
done
assert_eq "$(n1 cat /proc/mosix/config)" "$(n1 cat /tmp/map.088)" \
	"nothing has changed"

# ---- another interface ----
for i in 1 2; do
	node $i "ip addr add 10.78.0.$i/24 dev eth0"
done
victim heap 1 heap
claim "with one address it moves" move heap 2
claim "and comes home" move heap home
n2 'ip addr del 10.77.0.2/24 dev eth0'
aliases=("alias 1 10.78.0.1" "alias 2 10.78.0.2")
assert_eq "$(set_map 1 "self 1" "$node1" "$node2" "${aliases[@]}")" ok \
	"node 1 knows the other addresses"
assert_eq "$(n1 cat /proc/mosix/config)" \
	$'self 1\nnode 1 10.77.0.1:7236\nalias 1 10.78.0.1\nnode 2 10.77.0.2:7236\nalias 2 10.78.0.2' \
	"as its map shows"
assert_eq "$(tell heap goto 2 || true)" EHOSTUNREACH \
	"node 2 does not know who comes from there"
set_map 2 "self 2" "$node1" "$node2" "${aliases[@]}" >/dev/null
claim "now it does, and takes a process" move heap 2
claim "heap is there" is_on heap 2
claim "heap goes on" goes_on heap
claim "heap comes home" move heap home
n2 'ip addr add 10.77.0.2/24 dev eth0'
for i in 1 2; do
	node $i "ip addr del 10.78.0.$i/24 dev eth0
		cat /tmp/map.088 >/proc/mosix/config"
done
claim "all is as it was" wait_for 30 is_up 2 1

# ---- IPv6 ----
if n1 test -e /proc/net/if_inet6; then
	six=("node 1 fd77::1" "node 2 [fd77::2]:7236")
	for i in 1 2; do
		node $i "ip -6 addr add fd77::$i/64 dev eth0"
	done
	sleep $((3 * SLOW))	# no address before it is known to be nobody's
	for mode in clear sealed; do
		[[ $mode == clear ]] || keys_on "$(make_key)"
		for i in 1 2; do
			set_map $i "self $i" "${six[@]}" >/dev/null
		done
		claim "$mode: node 1 hears of node 2" wait_for 30 is_up 2 1
		claim "$mode: and node 2 of node 1" wait_for 30 is_up 1 2
		claim "$mode: heap moves" move heap 2
		claim "$mode: and goes on" goes_on heap
		claim "$mode: and comes home" move heap home
	done
	assert_eq "$(n1 head -n 2 /proc/mosix/config | tail -n 1)" \
		"node 1 [fd77::1]:7236" "IPv6 is shown in brackets"
	for i in 1 2; do
		node $i "cat /tmp/map.088 >/proc/mosix/config
			ip -6 addr del fd77::$i/64 dev eth0"
	done
	claim "all is as it was again" wait_for 60 is_up 2 1
else
	skip "nodes with IPv6 addresses" "the kernel has no IPv6"
fi
claim "heap has seen nothing" passes heap
