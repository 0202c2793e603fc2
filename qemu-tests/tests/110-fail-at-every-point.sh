#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: whatever fails at whatever step, a process is afterwards whole on exactly one
# node, or has ended with a status that says so and a line in the log; and nothing of
# it is left on any node.
#
#   n1 (home): a victim of signals, calls and pages, and one that makes others
#              --> n2 --> n3 --> n1, as often as there are points
#
# The points come from the kernel (/proc/mosix/inject): each that the way of the two
# victims passes on node 1 or 2 is struck. Each action is tried at each in
# ACTIONS="lose cut die hang reset" (all at all take hours); unless that is set each point
# has one of them, by turns, SEED is where they begin. POINTS is a pattern of points.
#
# limit: 3000
# nodes: 3
# flavour: debug
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

every=(lose cut die hang reset)
seed=${SEED:-0}

# Nothing in the way of the two passes these.
#   levels, which are no messages when they are sent
beyond='(make|send):(STOP|CONT)'
#   a host that has had its LEAVE refused; timers on CPU time; memory that ends
#   under a reader; an answer of no version so far
beyond+='|[a-z]+:(STAYS|WATCH|PAGE_NONE|REFUSE)'
#   what makes a link anew is written past the points, by whom it concerns
beyond+='|[a-z]+:(RESUME|RESUMED)'

is_meant() {
	# shellcheck disable=SC2053 # a pattern
	[[ $1 == ${POINTS-*} ]]
}

quietly() {
	"$@" >>"$TMP/way" 2>&1 || true
}

# Somebody who does not want to live on.
kill_one_away() {
	victim slain 1 heap
	move slain 2
	n1 "kill -9 $(pid_of slain)"
	reap slain
}

# One way of both; whatever fails, on it goes.
go_round() {
	local pid
	: >"$TMP/way"
	pid=$(pid_of order)
	quietly n1 "tell /proc/$pid/mosix/strategy precopy"
	quietly move order 2
	quietly n1 "tell /proc/$pid/mosix/strategy auto"
	quietly n1 "sigsend $pid 60 & cat /proc/$pid/smaps >/dev/null; wait"
	quietly n1 "kill -STOP $pid; sleep 0.2; kill -CONT $pid"
	quietly n1 "renice -n 5 -p $pid; tell /proc/$pid/mosix/nodes '1-3'"
	quietly n1 "dd if=/proc/$pid/cmdline of=/dev/null bs=64 count=1"
	quietly move maker 2
	quietly goes_on maker 10
	quietly goes_on order 10
	quietly move order 3
	quietly move maker home
	# Its host wants to be rid of it.
	quietly move order 2
	quietly n2 "for p in \$(awk 'NR > 1 && \$3 == 1 { print \$7 }' \
		/proc/mosix/processes); do
		tell /proc/\$p/mosix/goto home; done"
	sleep 1
	quietly move order home
	quietly kill_one_away
}

both_start() {
	victim order 1 sigorder && victim maker 1 forks 1000
}

log_says() {
	tail -c "+$((logged + 1))" "$CLUSTER/console.1" | grep -Eaq "$1"
}

# whole_or_ended NAME ACTION
whole_or_ended() {
	local status=0
	if ! is_gone "$1"; then
		# A move that is under way ends first, in time.
		wait_for 180 move "$1" home && passes "$1" && return
		# Its link goes on; the other one may be told of its child's.
		[[ $2 != reset || $1 != order ]] || return 1
		# One that had to do with a child may be told of it.
	fi
	finish "$1" 30 || status=$?
	echo "$1 has ended with $status: $(out_of "$1") $(err_of "$1")"
	((status)) || return 1
	if [[ $1 == maker ]] && ((status == 1)); then
		out_of "$1" | grep -Eq \
			'0x9|Cannot allocate|temporarily|Interrupted|Killed'
		return
	fi
	((status == 137)) || return 1
	[[ $2 == die ]] || log_says 'mosix: (process [0-9]+ .* is lost|guest|link)'
}

nothing_left() {
	local i
	for i in 1 2 3; do
		node "$i" "grep -qx 'away 0' /proc/mosix/info &&
			grep -qx 'guests 0' /proc/mosix/info &&
			! ps | grep -q '[m]osix_[rt]x'" || return 1
	done
}

# passed I: points and how often each was passed on node I
passed() {
	node "$1" cat /proc/mosix/inject | awk 'NR > 1 { print $1, $4 }' | sort
}

# strike I POINT ACTION
strike() {
	local text="node $1, $2 $3"
	logged=$(stat -c %s "$CLUSTER/console.1")
	if ! both_start; then
		fail "$text: the victims start"
		reap order
		reap maker
		return
	fi
	node "$1" tell /proc/mosix/inject "'$2 $3'" >/dev/null
	go_round
	node "$1" tell /proc/mosix/inject none >/dev/null
	if whole_or_ended order "$3" && whole_or_ended maker "$3"; then
		ok "$text: both are whole, or have ended and say so"
	else
		cat "$TMP/way"
		fail "$text: both are whole, or have ended and say so"
		reap order
		reap maker
	fi
	claim "$text: nothing is left" wait_for 90 nothing_left
}

# However little of it is there: none of its children is better off at home.
for i in 2 3; do
	node $i tell /proc/mosix/admin/eager_kib 0 >/dev/null
done
must "this kernel has the points" n1 test -e /proc/mosix/inject
must "the victims start" both_start
for i in 1 2; do
	passed $i >"$TMP/before.$i"
done
go_round
for i in 1 2; do
	passed $i | join "$TMP/before.$i" - |
		awk '$3 > $2 { print $1 }' >"$TMP/reached.$i"
done
claim "without a failure one is whole" passes order
claim "and the other" passes maker
claim "and nothing is left" wait_for 30 nothing_left

n1 cat /proc/mosix/inject | awk 'NR > 1 { print $1 }' | sort |
	comm -23 - <(sort -u "$TMP"/reached.[12]) |
	grep -Evx "$beyond" >"$TMP/unreached" || true
cat "$TMP/unreached"
claim_not "each point of the kernel is passed" test -s "$TMP/unreached"

turn=$seed
for i in 1 2; do
	while read -r point <&4; do
		is_meant "$point" || continue
		case $point in
		make:* | step:*) acts=(memory) ;;
		*)
			acts=("${every[turn++ % ${#every[@]}]}")
			[[ ! ${ACTIONS-} ]] || read -ra acts <<<"$ACTIONS"
			;;
		esac
		for action in "${acts[@]}"; do
			strike $i "$point" "$action"
		done
	done 4<"$TMP/reached.$i"
done

# A host that crashes: before it is known to run the process, and behind that.
for point in receive:OFFER receive:IMAGE_END send:STARTED send:CALL \
	send:HOME_END receive:HOME_OK; do
	is_meant "$point" || continue
	logged=$(stat -c %s "$CLUSTER/console.1")
	must "the victims start once more" both_start
	n2 tell /proc/mosix/inject "'$point panic'" >/dev/null
	quietly move order 2
	quietly goes_on order 5
	quietly move order home
	crash_node 2
	claim "node 2 crashes at $point: whole, or ended and said so" \
		whole_or_ended order panic
	claim "... and the other victim" passes maker
	boot_node 2
	wait_node 2
	forgive 2
	claim "... and nothing is left" wait_for 90 nothing_left
done

# What has come home whole is whole, whichever thread sees first that the link is gone.
if is_meant receive:HOME_END && claim_victim crowd 1 threads; then
	for _ in 1 2 3 4 5; do
		must "one with threads goes" move crowd 2
		must "and works there" goes_on crowd
		n1 tell /proc/mosix/inject "'receive:HOME_END cut'" >/dev/null
		quietly move crowd home
		claim "its link ends behind all that it has: it is at home" \
			wait_for 60 is_on crowd 1
	done
	claim "and has seen nothing of it" passes crowd
fi

# The link of a child goes on, too, before its body has been adopted.
if is_meant send:ADOPT && claim_victim kin 1 forks 1000; then
	must "one that makes others goes" move kin 2
	must "and works there" goes_on kin
	n1 tell /proc/mosix/inject "'send:ADOPT reset'" >/dev/null
	claim "the link of a child is reset: its maker goes on" goes_on kin
	quietly move kin home
	claim "... and has lost none" passes kin
fi

# Threads that have arrived and are never made are nothing that is left.
for what in 'receive:IMAGE_END lose' 'step:build memory'; do
	is_meant "${what% *}" || continue
	claim_victim many 1 threads || continue
	n2 tell /proc/mosix/inject "'$what'" >/dev/null
	claim_not "$what: one with threads does not arrive" move many 2
	claim "... and nothing is left of it" wait_for 90 nothing_left
	claim "... and it goes on here" goes_on many
	claim "... and has seen nothing of it" passes many
done

claim_victim last 1 heap && claim_trip last 2 3 home
claim "after all that a victim moves and sees nothing" passes last
