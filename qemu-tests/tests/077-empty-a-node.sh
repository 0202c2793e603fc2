#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: expel and bring wait until nothing is left, or say why they do not, and
# leave the node as it was to be; others keep away from it meanwhile.
#
#   n1 (emptied) -- n2, n3
#
# limit: 400
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

admin() { # I NAME VALUE
	node "$1" tell "/proc/mosix/admin/$2" "'$3'"
}
value() { # NAME: on node 1
	n1 cat "/proc/mosix/admin/$1"
}
says() { # ERROR NAME VALUE: on node 1
	local said
	said=$(admin 1 "$2" "$3") || true
	[[ $said == *"$1"* ]] && return
	echo "$2 <- $3: $said"
	return 1
}
# In the background of node 1: what the write says is in /tmp/verb.
begin() { # NAME SECONDS
	n1 "rm -f /tmp/verb; (tell /proc/mosix/admin/$1 $2 >/tmp/verb.new 2>&1
		mv /tmp/verb.new /tmp/verb) </dev/null >/dev/null 2>&1 &"
}
has_ended() {
	n1 test -e /tmp/verb
}
has_status() { # STATUS, as node 2 knows it
	[[ $(n2 cat /proc/mosix/nodes/1/status) == "$1" ]]
}
left() { # NAME N
	[[ $(value "$1") == "$2" ]]
}

for name in expel bring; do
	assert_eq "$(value $name)" 0 "nothing is left to $name"
	for bad in -1 x 604801 '1 2'; do
		claim "$name refuses '$bad'" says EINVAL "$name" "$bad"
	done
	claim "cancel of nothing is nothing" admin 1 "$name" cancel
done
assert_eq "$(value block)$(value lstay)" 00 "and nothing is switched on"

# ---- guests ----
for name in guest2 guest3; do
	victim "$name" "${name#guest}" burn
	must "$name comes" move "$name" 1
done
assert_eq "$(value expel)" 2 "two are left"
claim "expel ends when they have gone" admin 1 expel 60
claim "guest2 is at home" is_on guest2 2
claim "guest3 is at home" is_on guest3 3
assert_eq "$(value expel) $(value block)" "0 1" "none is left, none may come"
claim_not "so they cannot come back" move guest2 1
claim "with nothing left it ends at once" admin 1 expel 0
admin 1 block 0
claim "unset, they can" move guest2 1
claim "guest2 goes on" goes_on guest2

# ---- what is away ----
await_move() { # NAME MS: in the background of node 1; its word is in /tmp/word
	n1 "rm -f /tmp/ready /tmp/word; (moved /proc/$(pid_of "$1")/mosix/where \
		/tmp/ready $2 >/tmp/word.new; mv /tmp/word.new /tmp/word) \
		</dev/null >/dev/null 2>&1 &"
	wait_for 10 n1 test -e /tmp/ready
}
word_is() {
	[[ $(n1 cat /tmp/word) == "$1" ]]
}
for name in own2 own3; do
	victim "$name" 1 burn
	must "$name goes" move "$name" "${name#own}"
done
assert_eq "$(value bring)" 2 "two are away"
await_move own2 $((1000 * SLOW))
claim "poll of who stays ends in time" wait_for 20 word_is stays
await_move own2 $((60000 * SLOW))
claim "bring ends when they are back" admin 1 bring 60
claim "poll tells that one has moved" wait_for 10 word_is moved
claim "own2 is at home" is_on own2 1
claim "own3 is at home" is_on own3 1
assert_eq "$(value bring) $(value lstay)" "0 1" "the own stay from now on"
has_move() { # NAME TO: from node 1, and it stood still
	n1 cat /proc/mosix/moves | awk -v pid="$(pid_of "$1")" -v to="$2" '
		$2 == pid && $3 == 1 && $4 == to && $5 == "user" && $6 == 0 &&
		$7 > 0 { out = 1 }
		$2 == pid && $3 == to && $4 == 1 && $6 == 0 { back = 1 }
		END { exit !(out && back) }'
}
claim "its moves were noted" has_move own2 2
claim "own3's, too" has_move own3 3
claim "the guest was left alone" is_on guest2 1
admin 1 lstay 0

# ---- who cannot go: its home takes in what is stopped when it is continued ----
signal_guest() {
	n2 "kill -$1 $(pid_of guest2)"
}
signal_guest STOP
claim "a deadline is kept" says ETIME expel 2
assert_eq "$(value block)" 1 "and the node still blocks"
begin expel 0
claim "others see that it is being emptied" wait_for 20 has_status \
	up,block,leaving
claim_not "it waits without end" has_ended
assert_eq "$(value expel)" 1 "with one left"
claim "there is but one at a time" says EBUSY expel 1
claim "somebody cancels it" admin 1 expel cancel
claim "and it ends" wait_for 10 has_ended
assert_match "$(n1 cat /tmp/verb)" ECANCELED "as cancelled"
claim "it is not being emptied any more" wait_for 20 has_status up,block
begin expel 0
sleep $((2 * SLOW))
n1 'for p in /proc/[0-9]*; do
	[ "$(cat "$p/comm" 2>/dev/null)" != tell ] || kill -KILL "${p#/proc/}"
done'
claim "a killed one makes room" wait_for 10 says ETIME expel 1
begin expel 60
signal_guest CONT
claim "continued, it goes home" wait_for 60 has_ended
claim "and is there" is_on guest2 2
claim "nothing is left" left expel 0
admin 1 block 0
for name in guest2 guest3 own2 own3; do
	claim "$name has seen nothing" passes "$name"
done
