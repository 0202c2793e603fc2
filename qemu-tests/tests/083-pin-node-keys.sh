#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: where the map pins a node's own key nobody else is taken for it, not
# even with the cluster's key; and a node has the own key that it was given.
#
#   n1: pins n2's key, then another; n2: pins n1's, then another
#
# limit: 200
# nodes: 2
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

# A secret out of the dice, and its public half by other means than ours.
secret=862be27301c83b1a7a9f2dbaaea9f263184f0fe93a0d862c961d3c2f61d839b4
public=c39a00505a80d6f5fcc2be1c03c5b304b1bdadea653cf24ec965cefd17b45b0d
other=${public//8/9}

key=$(make_key)
keys_on "$key"
map1=$(n1 cat /proc/mosix/config)
map2=$(n2 cat /proc/mosix/config)

# pin I NODE KEY: the map of node I says that NODE has this KEY
pin() {
	local old=map$1 map
	map=$(printf '%s\n' "${!old}" | sed "s/^node $2 .*/& $3/")
	node "$1" tell /proc/mosix/config "'${map//$'\n'/\\n}'"
}

set_key 2 "$key
node $secret"
assert_eq "$(security 2 public)" "$public" "node 2 has the key it was given"
set_key 2 "$key"
assert_eq "$(security 2 public)" "$public" "and keeps it when none is given"

victim heap 1 heap
assert_eq "$(pin 1 2 "$public")" ok "node 1 pins it"
assert_match "$(n1 cat /proc/mosix/config)" "node 2 10.77.0.2:7236 $public" \
	"which its map shows"
claim "a process moves there" move heap 2
claim "and home" move heap home
assert_eq "$(pin 1 2 "$other")" ok "node 1 pins another key"
assert_eq "$(tell heap goto 2 || true)" EHOSTUNREACH \
	"and what node 2 has is not that"
assert_eq "$(pin 1 2 "${public}00" || true)" EINVAL "a long key is no key"
assert_eq "$(pin 1 2 "$public")" ok "node 1 pins the right one"

assert_eq "$(pin 2 1 "$(security 1 public)")" ok "so does node 2"
claim "a process moves there" move heap 2
claim "and home" move heap home
refused=$(security 2 refused_pin)
assert_eq "$(pin 2 1 "$other")" ok "node 2 pins another key"
assert_eq "$(tell heap goto 2 || true)" EHOSTUNREACH "which node 1 has not"
assert_eq "$(security 2 refused_pin)" $((refused + 1)) "that is counted"
n1 tell /proc/mosix/config "'${map1//$'\n'/\\n}'"
n2 tell /proc/mosix/config "'${map2//$'\n'/\\n}'"
claim "without pins it moves again" move heap 2
claim "it has seen nothing" passes heap
