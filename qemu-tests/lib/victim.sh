# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Victims (programs/*.c with victim.h) and the ways to move them. A victim has
# a NAME in the test; the node where it was started is its home, and commands
# about it run there unless they say otherwise.
#
#   victim NAME I PROGRAM ARGS...  start it on node I, until it says ready; it
#                             is kept from the balancer by its lock
#   launch_by COMMAND...      that starts the victims from now on; orders are for
#                             the victim all the same
#   claim_victim NAME I PROGRAM ARGS...  the same as a claim; false if it is not
#   move NAME N|home          goto, and wait; prints the error's name on failure
#   where NAME                number of the node where its body is
#   about NAME FILE           /proc/PID/mosix/FILE
#   tell NAME FILE TEXT       write it; prints "ok" or the error's name
#   is_on NAME N              is its body there
#   goes_on NAME              does it finish rounds from now on
#   passes NAME               tell it to stop; did it say PASS and exit with 0
#   claim_trip NAME N...      claims for moves to each N: it is there, goes on;
#                             false at the first that does not hold
#   claim_tour N... -- PROGRAM ARGS...  all of it on a victim of node 1: start,
#                             moves to each N, the victim's own verdict
#   claim_settled PROGRAM ARGS...  a victim of node 1 that does not come home for
#                             what it does; a tour over both other nodes
#   claim_visits PROGRAM ARGS...  a victim of node 1 that may come home by itself
#                             whenever it likes, and is sent away again
#   claim_restless N PROGRAM ARGS...  the same with N round trips over both
#                             other nodes, one after the other without a pause
#   victim_dir NAME           its control directory at home
#   no_guest_on N             node N holds no process of another node
#   reap NAME                 end it whatever it does: for what failed

launch=()

launch_by() {
	launch=("$@")
}

victim_dir() {
	echo "/tmp/victim.$1"
}

home_of() {
	cat "$TMP/job/$1.home"
}

no_guest_on() {
	node "$1" "awk 'NR > 1 && \$3 != $1 { print; found = 1 }
		END { exit found }' /proc/mosix/processes"
}

# At the victim's home.
at_home_of() {
	local name=$1
	shift
	node "$(home_of "$name")" "$@"
}

victim() {
	local name=$1 home=$2 program=$3 dir
	shift 3
	dir=$(victim_dir "$name")
	node "$home" "rm -rf $dir; mkdir -m 777 $dir"
	start "$name" "$home" "${launch[@]}" "$program" -d "$dir" "$@"
	echo "$home" >"$TMP/job/$name.home"
	tell "$name" lock 1 || return 1
	wait_for 60 victim_is_ready "$name" || return 1
	node "$home" test -s "$dir/ready" || return 1
	((${#launch[@]})) || return 0
	node "$home" cat "$dir/ready" >"$TMP/job/$name.pid"
	tell "$name" lock 1
}

# Ready, or over before it was.
victim_is_ready() {
	at_home_of "$1" "test -s $(victim_dir "$1")/ready ||
		! test -e /proc/$(pid_of "$1")"
}

claim_victim() {
	if victim "$@"; then
		ok "$1 starts on node $2"
	else
		echo "$1 said: $(out_of "$1") $(err_of "$1")"
		fail "$1 starts on node $2"
		reap "$1"
		return 1
	fi
}

about() {
	at_home_of "$1" cat "/proc/$(pid_of "$1")/mosix/$2"
}

tell() {
	at_home_of "$1" tell "/proc/$(pid_of "$1")/mosix/$2" "'$3'"
}

move() {
	local said
	if said=$(tell "$1" goto "$2"); then
		return 0
	fi
	echo "$1 to $2: $said; cannot move: $(about "$1" cantmove);" \
		"last: $(about "$1" last)"
	return 1
}

where() {
	about "$1" where
}

is_on() {
	local node
	node=$(where "$1") || return
	[[ $node == "$2" ]] && return
	echo "$1 is on $node, not on $2"
	return 1
}

rounds() {
	local count
	count=$(at_home_of "$1" cat "$(victim_dir "$1")/rounds") || return
	echo $((10#${count:-0}))
}

# True for a victim that is gone, too: nothing more will come.
more_rounds_than() {
	local now
	if now=$(rounds "$1") && ((now > $2)); then
		return 0
	fi
	is_gone "$1"
}

is_gone() {
	! at_home_of "$1" test -e "/proc/$(pid_of "$1")"
}

# The number is written now and then: two more are one whole round from now.
goes_on() {
	local before now
	before=$(rounds "$1")
	wait_for "${2:-60}" more_rounds_than "$1" $((before + 1)) || true
	now=$(rounds "$1")
	((now > before + 1)) && ! is_gone "$1" && return
	echo "$1 came from $before to $now rounds: $(out_of "$1")"
	return 1
}

passes() {
	local status=0
	at_home_of "$1" "touch $(victim_dir "$1")/stop"
	finish "$1" $((60 * SLOW)) || status=$?
	out_of "$1"
	at_home_of "$1" "rm -rf $(victim_dir "$1")"
	((!status)) && [[ $(out_of "$1" | tail -n 1) == PASS* ]] && return
	echo "$1 ended with status $status: $(err_of "$1")"
	return 1
}

reap() {
	at_home_of "$1" "kill -KILL $(pid_of "$1") 2>/dev/null; sleep 0.2;
		rm -rf $(victim_dir "$1")" || true
	stop_client "$1"
}

# move_aside NAME TO: in the background; "moved" or "failed" is in $TMP/moved at its
# end, what was said in $TMP/move.out.
move_aside() {
	rm -f "$TMP/moved"
	{
		# shellcheck disable=SC2034 # read by the helpers
		ON_LIMIT=300
		if move "$1" "$2" >"$TMP/move.out" 2>&1; then
			echo moved
		else
			echo failed
		fi >"$TMP/moved"
	} &
}

# move_while NAME JOB: there and back until that job ends; sets $moves, how often.
move_while() {
	local to
	moves=0
	while kill -0 "$(cat "$TMP/job/$2.client")" 2>/dev/null; do
		for to in 2 3 home; do
			move "$1" "$to" || return 0
			moves=$((moves + 1))
		done
	done
}

claim_trip() {
	local name=$1 to
	shift
	for to in "$@"; do
		if ! move "$name" "$to"; then
			fail "$name moves to $to"
			return 1
		fi
		ok "$name moves to $to"
		[[ $to != home ]] || to=$(home_of "$name")
		if ! is_there_and_goes_on "$name" "$to"; then
			fail "$name is on $to and goes on"
			return 1
		fi
		ok "$name is on $to and goes on"
	done
}

claim_settled() {
	local name=$1 before
	claim_victim "$name" 1 "$@" || return 0
	must "$name moves to 2" move "$name" 2
	before=$(about "$name" nmigs)
	claim "$name goes on" goes_on "$name"
	claim "$name goes on once more" goes_on "$name"
	assert_eq "$(about "$name" nmigs)" "$before" "$name has not moved"
	claim_trip "$name" 3 home 2 || true
	claim "$name has seen nothing" passes "$name"
}

claim_visits() {
	local name=$1 i
	claim_victim "$name" 1 "$@" || return 0
	for i in 1 2 3; do
		claim "$name moves to 2 ($i)" move "$name" 2
		claim "$name goes on ($i)" goes_on "$name"
	done
	claim "$name has seen nothing" passes "$name"
}

claim_restless() {
	local trips=$1 name=$2 i to before
	shift
	claim_victim "$name" 1 "$@" || return 0
	before=$(about "$name" nmigs)
	for ((i = 0; i < trips; i++)); do
		for to in 2 3 home; do
			if ! move "$name" $to; then
				fail "$name moves $((3 * trips)) times"
				tell_why "$name"
				reap "$name"
				return
			fi
		done
	done
	claim "$name moves $((3 * trips)) times" \
		test $(($(about "$name" nmigs) - before)) -ge $((3 * trips))
	claim "$name goes on and has seen nothing" goes_on_and_passes "$name"
}

goes_on_and_passes() {
	goes_on "$1" && passes "$1"
}

is_there_and_goes_on() {
	is_on "$1" "$2" && goes_on "$1"
}

claim_tour() {
	local to=() name
	while [[ $1 != -- ]]; do
		to+=("$1")
		shift
	done
	shift
	name=$1
	claim_victim "$name" 1 "$@" || return 0
	if claim_trip "$name" "${to[@]}"; then
		claim "$name has seen nothing" passes "$name"
	else
		tell_why "$name"
		reap "$name"
	fi
}

# What may help to see why a victim stands still.
tell_why() {
	at_home_of "$1" "cd /proc/$(pid_of "$1") && grep . mosix/* wchan syscall;
		cat stack; grep -E '^(State|Sig|Shd)' status" || true
	out_of "$1"
	err_of "$1"
}
