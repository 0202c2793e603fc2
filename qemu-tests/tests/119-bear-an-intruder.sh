#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: who hears all that crosses the wire, and puts a segment of his own into a
# link, but lacks the key, ends nothing: what he says again changes nothing; a reset,
# an end, a record that fails at its tag, or the begin of one, make the link break
# and go on over another connection; the processes see nothing, it is the same stay,
# and no signal or call is lost or done twice. In clear his word counts, and what it
# ends says so.
#
#   n1 (home) ==== n2 (host)
#          \\     //
#            n3 (intruder): hears both, speaks as either
#
#   KINDS=   some of: old rst fin data part (default: all)
#   TIMES=   each so often, in either direction (default: 2)
#
# limit: 900
# nodes: 3
# wire: hostile
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

names=(order calls pages)

remade() {
	n1 cat /proc/mosix/info | sed -n 's/^links_remade //p'
}
is_remade() { # BEFORE
	(($(remade) > $1))
}
has_blamed() { # I NAME BEFORE
	(($(security "$1" "$2") > $3))
}
in_log() { # TEXT: lines in the log of node 1, which may have some from before
	n1 dmesg | grep -c "$1" || true
}
moves_of() {
	local name
	for name in "${names[@]}"; do
		about "$name" nmigs
	done | paste -sd' '
}
# Each number that was queued comes, once, in its turn: the victim checks.
has_taken() { # COUNT
	out_of order | grep -q "^signals $1 from "
}

# One takes signals, one makes calls, one has pages fetched.
some_leave() {
	local name
	victim order 1 sigorder && victim calls 1 files &&
		victim pages 1 bigmem 12 || return 1
	for name in "${names[@]}"; do
		move "$name" 2 || return 1
	done
}

# The count by which node TO says that it has seen what is forged; none for others.
count_of() { # KIND
	case $1 in
	fin) echo ends_forged ;;
	data) echo records_forged ;;
	esac
}

put_in() { # KIND FROM TO
	ON_LIMIT=$((90 * SLOW)) \
		n3 intruder eth0 "10.77.0.$2" "10.77.0.$3" "$1" $((60 * SLOW))
}

# intrude KIND FROM TO TEXT
intrude() {
	local kind=$1 taker=$3 text=$4 had blamed count name
	had=$(remade)
	count=$(count_of "$kind")
	[[ ! $count ]] || blamed=$(security "$taker" "$count")
	assert_eq "$(put_in "$kind" "$2" "$taker")" injected "$text: node $taker takes it"
	if [[ $kind == old ]]; then
		sleep 2
		assert_eq "$(remade)" "$had" "$text: no link breaks"
	else
		claim "$text: the link is made anew" wait_for 30 is_remade "$had"
	fi
	[[ ! $count ]] || claim "$text: node $taker counts it in $count" \
		wait_for 10 has_blamed "$taker" "$count" "$blamed"
	for name in "${names[@]}"; do
		claim "$text: $name is on 2" is_on "$name" 2
		claim "$text: $name goes on" goes_on "$name"
	done
}

# All of one kind, while signals are sent.
bear() { # KIND
	local kind=$1 stays i name status=0
	must "$kind: the victims are away" some_leave
	stays=$(moves_of)
	start sender 1 sigsend "$(pid_of order)" 400 100
	for ((i = 1; i <= ${TIMES-2}; i++)); do
		intrude "$kind" 1 2 "$kind from home ($i)"
		intrude "$kind" 2 1 "$kind from the host ($i)"
	done
	finish sender $((180 * SLOW)) || status=$?
	assert_eq "$status" 0 "$kind: all signals are sent"
	assert_eq "$(moves_of)" "$stays" "$kind: nobody has moved"
	for name in "${names[@]}"; do
		claim "$kind: $name comes home" move "$name" home
		claim "$kind: $name has seen nothing" passes "$name"
	done
	claim "$kind: each signal has come once" has_taken 400
	claim "$kind: nothing is left" wait_for 60 no_guest_on 2
}

broke='link with node 2 broke and goes on'
lost='is lost: link to node 2'
must "the links are encrypted" keys_on "$(make_key)"
overhear
had_broken=$(in_log "$broke")
had_lost=$(in_log "$lost")
for kind in ${KINDS-old rst fin data part}; do
	bear "$kind"
done
claim "the log of node 1 tells of links that broke" \
	test "$(in_log "$broke")" -gt "$had_broken"
assert_eq "$(in_log "$lost")" "$had_lost" "and of nobody who was lost"

# ---- in clear nothing is promised but that it says so ----
ended_or_on() {
	wait_for 20 is_gone plain || goes_on plain
}
plain_ended() {
	local status=0
	finish plain 10 || status=$?
	((status == 137 && $(in_log "process $(pid_of plain) (.*) $lost") > 0))
}
must "the links are in clear" keys_on insecure
for kind in fin data; do
	must "in clear: a victim is away" victim plain 1 files
	must "in clear: on node 2" move plain 2
	assert_eq "$(put_in $kind 2 1)" injected "in clear, $kind: node 1 takes it"
	claim "in clear, $kind: the process ends, or goes on" ended_or_on
	if is_gone plain; then
		claim "in clear, $kind: as if killed, and the log says who" plain_ended
		n1 rm -rf "$(victim_dir plain)"
	else
		claim "in clear, $kind: it comes home" move plain home
		claim "in clear, $kind: it has seen nothing" passes plain
	fi
	claim "in clear, $kind: nothing is left" wait_for 60 no_guest_on 2
done
overhear_off
claim_victim last 1 heap && claim_trip last 2 home
claim "after all that a victim moves and sees nothing" passes last
