#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: who has the key and an id that the map gives another node is not heard,
# and is named, by the loads that it tells and by the links that it wants to make;
# without the key nobody can have a node called a duplicate.
#
#   n3 says that it is 2, then that it is 1      n1 says so
#
# limit: 300
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

status_of() { # NODE, as node 1 knows it
	n1 cat "/proc/mosix/nodes/$1/status"
}
has_status() { # NODE STATUS
	[[ $(status_of "$1") == "$2" ]]
}
is_named() { # NODE: both addresses are in the log of node 1
	n1 dmesg | grep "mosix: 10.77.0.3 says that it is node $1" |
		grep -q "the map has at 10.77.0.$1:"
}
lines_of() { # NODE
	n1 dmesg | grep -c "mosix: 10.77.0.3 says that it is node $1" || true
}
map_3() { # LINE...: the map of node 3
	n3 tell /proc/mosix/config "'$1'" >/dev/null
}

must "all are up" wait_for 30 has_status 3 up
must "node 2, too" wait_for 30 has_status 2 up
map=$(n3 cat /proc/mosix/config)

# ---- in clear nobody knows who it is ----
map_3 'self 2\nnode 1 10.77.0.1\nnode 2 10.77.0.3\n'
sleep $((5 * SLOW))
assert_eq "$(status_of 2)" up "in clear a wrong id proves nothing"
assert_eq "$(lines_of 2)" 0 "and nothing is said of it"
n3 tell /proc/mosix/config "'${map//$'\n'/\\n}'"

# ---- with the key ----
keys_on "$(make_key)"
must "all are up with keys" wait_for 60 has_status 3 up
must "node 2, too, with keys" wait_for 60 has_status 2 up
map_3 'self 2\nnode 1 10.77.0.1\nnode 2 10.77.0.3\n'
# Its life is the newer one for a part of each minute at least.
claim "node 1 finds node 2 twice" wait_for 120 has_status 2 up,duplicate
claim "both addresses are in its log" is_named 2
sleep $((10 * SLOW))
claim "now and then, not with each datagram" test "$(lines_of 2)" -le $((1 + SLOW))
claim "the right node 2 is heard" n1 '[ "$(cat /proc/mosix/nodes/2/age)" -lt 9000 ]'
victim heap 1 heap
claim "and takes processes" move heap 2
claim "heap goes on" goes_on heap
claim "and comes home" move heap home

# ---- a link, and the own id of who is asked ----
map_3 'self 1\nnode 1 10.77.0.3\nnode 9 10.77.0.1\n'
victim twin 3 heap
assert_eq "$(tell twin goto 9 || true)" EHOSTUNREACH \
	"node 1 takes nothing from who says that it is node 1"
claim "and finds itself twice" wait_for 10 has_status 1 up,duplicate
claim "with both addresses" is_named 1
claim "its log says who is meant" n1 'dmesg | grep -q "is node 1, this one,"'
claim "heap has seen nothing" passes heap
claim "twin neither" passes twin

# ---- as it was: a new map begins anew ----
n3 tell /proc/mosix/config "'${map//$'\n'/\\n}'"
n1 'cat /proc/mosix/config >/tmp/map.086; cat /tmp/map.086 >/proc/mosix/config'
claim "with a new map node 2 is no duplicate" wait_for 60 has_status 2 up
claim "nor is node 3" wait_for 60 has_status 3 up
