#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: what the nodes say to each other is captured, whole, and counted.
#
#   n1 -- bridge -- n2
#           |
#        capture
# nodes: 2
# wire: hostile
. "$TOP/qemu-tests/lib/test.sh"

n1 ping -c 3 -W $((5 * SLOW)) n2
read -r packets _ <<<"$(pcap count icmp and src 10.77.0.1)"
assert_eq "$packets" 3 "three echo requests are three packets"

size=4000000
# nc hangs up when its own input ends: give it one that does not.
n2 mkfifo /tmp/idle
start sink 2 "nc -l -p 5000 <>/tmp/idle"
wait_for 20 n2 'netstat -ltn | grep -q :5000'
n1 "head -c $size /dev/zero | nc n2 5000"
finish sink
n2 rm /tmp/idle
assert_eq "$(out_of sink | wc -c)" $size "4 MB cross a TCP connection"
flow=$(pcap flows | grep '^tcp 10.77.0.1:[0-9]* 10.77.0.2:5000 ')
echo "$flow"
read -r _ _ _ packets bytes <<<"$flow"
# Segments sent again may be seen twice; none may be missing.
claim "and all of it is seen on the bridge" test "$bytes" -ge $size
claim "in packets larger than the wire's (offloads are on)" \
	test $((bytes / packets)) -gt 1448

# A message of a link, by hand: magic "M0SX", type, flags, len, tid, id,
# sent_ns, wall_ns.
hello='M0SX\001\000\000\000\020\000\000\000\000\000\000\000'
hello+='\001\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000'
hello+='\000\000\000\000\000\000\000\000'
hello+='\001\000\001\000\001\000\002\000\000\000\000\000\000\000\000\000'
speak() {
	busybox nc -l -p 7236 <>"$TMP/idle" >"$TMP/heard" 3>&- &
	local ear=$!
	wait_for 10 grep -q :1C44 /proc/net/tcp /proc/net/tcp6
	n1 "printf '$1' | nc 10.77.0.254 7236"
	wait_for 10 test -s "$TMP/heard"
	kill $ear 2>/dev/null || true
}

mkfifo "$TMP/idle"
speak "$hello"
claim "a message is found in a connection to the port of the links" \
	grep -q '10.77.0.1:[0-9]* 10.77.0.254:7236 HELLO .*node=1 peer=2' \
	<(pcap messages)
claim "and is one that a node may send" pcap check
speak "${hello/001/003}"
claim_not "what no node may send is noticed" pcap check
