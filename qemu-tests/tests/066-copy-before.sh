#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: memory can be sent while its process still runs at home. What is not
# written to then does not cross again, and what is is never seen as it was,
# whoever wrote it and however; and whatever happens meanwhile, the process goes
# on here or there, whole.
#
#   n1 (home) ==rounds, then what has changed==> n2, n3
#                  |
#               capture
#
# limit: 1500
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

mib=16
pages=$((mib * 256))

said() { # NAME FILE WORD: the value of a line
	about "$1" "$2" | awk -v name="$3" '$1 == name { print $2 }'
}

home_is_empty() {
	(($(said "$1" stats pages_here) < pages / 16))
}

move_ends() {
	wait_for 150 test -s "$TMP/moved"
}

# Early pages cross while it is still here.
is_in_rounds() {
	(($(about "$1" where) == 1 && $(sent_bytes) > sent0 + 1000000))
}

sent_bytes() {
	n1 cat /proc/mosix/info | awk '$1 == "sent_bytes" { print $2 }'
}

# begin_rounds NAME: a move over a slow line, in the middle of its first round.
begin_rounds() {
	sent0=$(sent_bytes)
	move_aside "$1" 2
	wait_for 60 is_in_rounds "$1"
}

there_or_here() {
	if [[ $(cat "$TMP/moved") == moved ]]; then
		is_on "$1" 2
	else
		cat "$TMP/move.out"
		is_on "$1" 1 && [[ $(about "$1" last) == "node 2: "* ]]
	fi
}

fails_here() {
	[[ $(cat "$TMP/moved") == failed ]] && there_or_here "$1"
}

must "a victim" victim hotset 1 hotset
claim "it is to be sent before" tell hotset strategy precopy
assert_eq "$(said hotset strategy fixed)" precopy "and says so"
claim "it moves" move hotset 2
assert_eq "$(said hotset strategy used)" precopy "it was sent before"
assert_eq "$(said hotset strategy why)" process "as it was told"
claim "home gets its memory back" wait_for 60 home_is_empty hotset
kept=$(said hotset stats pages_kept)
claim "most of it did not cross again ($kept pages of $pages)" \
	test "$kept" -gt $((pages * 3 / 4))
claim "it goes on" goes_on hotset
claim "from there to node 3 it is pushed" move hotset 3
assert_eq "$(said hotset strategy used)" push "since it does not run here"
claim "home it comes" move hotset home
claim "and goes again" move hotset 2
assert_eq "$(said hotset strategy used)" precopy "sent before"
claim "it has seen nothing" passes hotset

# Who writes to all of it, by threads, forks, maps anew, executes; 064 swaps.
n1 tell /proc/mosix/admin/strategy precopy
claim_restless 5 bigmem $mib
claim_restless 5 tmem
claim_restless 3 slide 16
claim_restless 3 allcheck 8
claim_restless 3 forks 1000
claim_restless 3 selfmem
claim_restless 3 mmapanon
claim_restless 3 resident
claim_restless 3 becomes 20
claim_settled copies

# 24 MiB take ten seconds on such a line.
netem 1 rate 20mbit
if claim_victim big 1 bigmem 24; then
	claim "the first round begins" begin_rounds big
	cut_port 2
	sleep 40
	restore_port 2
	claim "with the cable pulled the move ends" move_ends
	claim "... and the victim is there or here" there_or_here big
	claim "... and goes on" goes_on big 150
	claim "... and has seen nothing" passes big
fi

# What comes early is no reason for the target to run out of memory.
reserve=$(n2 cat /proc/mosix/admin/reserve_kib)
if claim_victim full 1 bigmem 24; then
	claim "another one's round begins" begin_rounds full
	n2 tell /proc/mosix/admin/reserve_kib 4000000000
	claim "where memory runs out the move ends" move_ends
	claim "... and the victim is here, and says why" fails_here full
	n2 tell /proc/mosix/admin/reserve_kib "$reserve"
	claim "... nothing of it is there" wait_for 30 no_guest_on 2
	claim "... it goes on" goes_on full 150
	claim "... and has seen nothing" passes full
fi

if claim_victim dead 1 bigmem 24; then
	claim "a third one's round begins" begin_rounds dead
	n1 "kill -KILL $(pid_of dead)"
	claim "killed, its move ends" move_ends
	claim "... and nothing of it is there" wait_for 30 no_guest_on 2
	reap dead
fi
netem_off 1
n1 tell /proc/mosix/admin/strategy auto

claim_victim last 1 heap && claim_trip last 2 home
claim "after all that a victim moves and sees nothing" passes last
claim "the node has counted what it did" test "$(sent_bytes)" -gt 10000000
