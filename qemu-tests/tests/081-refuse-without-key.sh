#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: who lacks the cluster's key does no harm, whatever it says and however
# often; it is counted; and those who have it do not notice.
#
#   n1, n2: the key     n3: another, none, no encryption; garbage, old messages,
#                       silence, a hundred and fifty connections
#
# limit: 400
# nodes: 3
# wire: hostile
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

keys_on "$(make_key)"

# grows I NAME BEFORE: has that count of node I grown?
grows() {
	(($(security "$1" "$2") > $3))
}

# turned_away I: all whose handshake did not end well
turned_away() {
	echo $(($(security "$1" refused_key) + $(security "$1" refused_late)))
}

more_away() {
	(($(turned_away "$1") > $2))
}

# 100 at once and 50 a second are taken: more come, unless the node is slow.
flood=300

flood_is_over() {
	(($(security 1 refused_shed) - shed +
		$(security 1 refused_rate) - rate >= flood - 20))
}

# Who was let in and said nothing in time, or was shed, was late.
rest_is_gone() {
	(($(security 1 refused_late) - late >=
		came - ($(security 1 refused_rate) - rate)))
}

no_threads() {
	! node "$1" ps | grep -q '[m]osix_[rt]x'
}

victim one 1 heap
victim three 3 heap

# At once: node 3 had the right key, which it would keep for a while.
n3 tell /proc/mosix/admin/key_old_s 0 >/dev/null
set_key 3 "$(make_key)"
away=$(turned_away 1)
forged=$(security 1 datagrams_forged)
assert_eq "$(tell three goto 1 || true)" EHOSTUNREACH \
	"a node with another key cannot move anything here"
claim "which is counted" wait_for 5 more_away 1 "$away"
assert_eq "$(tell one goto 3 || true)" EHOSTUNREACH "nor take anything"
claim "what it says of its load is not believed" \
	wait_for 20 grows 1 datagrams_forged "$forged"

set_key 3 "# none"
assert_eq "$(n3 head -n 1 /proc/mosix/security)" "no key: closed" \
	"a node without a key says so"
assert_eq "$(tell three goto 1 || true)" EHOSTUNREACH "it connects to nobody"
assert_eq "$(tell one goto 3 || true)" EHOSTUNREACH "and serves nobody"

set_key 3 insecure
claim_not "in clear it cannot move anything here" move three 1
assert_eq "$(tell one goto 3 || true)" EHOSTUNREACH "nor take anything"
set_key 3 "# none"

claim "those who have the key can" move one 2
claim "and back" move one home

# As good as an attacker can be: the whole first message of a real handshake,
# from the address that it was from.
open=$(pcap sealed | awk '/10.77.0.2:7236/ { open = $NF } END { print open }')
assert_eq "${#open}" 120 "the capture has the first message of a handshake"
bad=$(security 2 refused_key)
assert_eq "$(n1 knock 10.77.0.2 7236 5 2 "$open")" \
	"5 connected 5 closed 340 bytes" "played back it gets no answer"
assert_eq "$(security 2 refused_key)" $((bad + 5)) "and is counted"
noise=$(od -An -v -tx1 -N60 /dev/urandom | tr -d ' \n')
bad=$(security 1 refused_key)
assert_eq "$(n3 knock 10.77.0.1 7236 5 2 "$noise")" \
	"5 connected 5 closed 340 bytes" "nor does garbage"
assert_eq "$(security 1 refused_key)" $((bad + 5)) "which is counted"
strangers=$(security 1 refused_stranger)
claim_not "a stranger is not even greeted" \
	timeout 5 bash -c 'exec 9<>/dev/tcp/10.77.0.1/7236 && read -rN 1 <&9'
claim "and counted" grows 1 refused_stranger "$strangers"

# They say nothing and stay.
late=$(security 1 refused_late)
shed=$(security 1 refused_shed)
rate=$(security 1 refused_rate)
began=${EPOCHREALTIME//[!0-9]/}
start flood 3 knock 10.77.0.1 7236 $flood 6
claim "node 1 sheds the oldest" wait_for 10 grows 1 refused_shed "$shed"
claim "and goes on until most are turned away" wait_for 20 flood_is_over
took=$((${EPOCHREALTIME//[!0-9]/} - began))
if (($(security 1 refused_rate) == rate && took > 3000000)); then
	skip "it takes no more than so many a second" \
		"node 1 is too slow to be asked for more"
else
	claim "it takes no more than so many a second" \
		grows 1 refused_rate "$rate"
fi
claim "meanwhile a process leaves" move one 2
victim two 2 heap
claim "and one arrives" move two 1
claim "the flood ends" finish flood
out_of flood
closed=$(out_of flood | awk '{ print $3 }')
claim "nearly all of it was closed at once ($closed)" test "$closed" -ge $((flood - 20))
came=$(out_of flood | awk '{ print $1 }')
claim "the rest is gone soon" wait_for 15 rest_is_gone
claim "two goes on" goes_on two
claim "two has seen nothing" passes two
claim "one is back" move one home
claim "one has seen nothing" passes one
claim "and three" passes three
claim "nothing of it is left on node 1" wait_for 10 no_threads 1
claim "nor on node 2" wait_for 10 no_threads 2
n3 tell /proc/mosix/admin/key_old_s 600 >/dev/null
