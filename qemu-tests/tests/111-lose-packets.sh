#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: packets that are lost, late, twice or in another order only slow things
# down; a wire that is cut for less than link_timeout_s ends nothing, whatever was
# under way; one that is cut for longer ends what is away, with a status and a line
# that say so, on both nodes and in time. When
# a connection is reset the link goes on over another one: nothing is lost, or done
# twice.
#
#   n1 (home) --> n2 --> n3 --> n1, all of it in bad weather
#
#   PARTS=   some of: weather cut reset end (default: all)
#
# limit: 2700
# nodes: 3
# flavour: normal
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

export ON_LIMIT=300	# a move of many round trips of two seconds

does() { # PART
	[[ " ${PARTS-weather cut reset end} " == *" $1 "* ]]
}

# A node that does not answer in time is a ground not to go there, so once more.
moves() {
	local i
	for i in 1 2 3; do
		! move "$@" || return 0
		sleep 2
	done
	return 1
}

# travels NAME TEXT N...
travels() {
	local name=$1 text=$2 to
	shift 2
	for to in "$@"; do
		claim "$text: $name moves to $to" moves "$name" "$to"
		[[ $to != home ]] || to=1
		claim "$text: $name is on $to and goes on" \
			there_and_on "$name" "$to"
	done
}

there_and_on() {
	is_on "$1" "$2" && goes_on "$1" 180
}

# Each number that was queued comes, once, in its turn: the victim checks.
has_taken() {
	out_of "$1" | grep -q "^signals $2 from "
}

# weather TEXT PROGRAM ARGS...: what netem does to all that each node sends, and
# who makes calls meanwhile
weather() {
	local text=$1 program=$2 i
	shift 2
	must "$text: the victims start" both_start "$program"
	for i in 1 2 3; do
		netem $i limit 10000 "$@"
	done
	travels order "$text" 2
	claim "$text: 40 signals are sent" n1 sigsend "$(pid_of order)" 40
	travels order "$text" 3 home
	travels calls "$text" 2 home
	for i in 1 2 3; do
		netem_off $i
	done
	claim "$text: order has seen nothing" passes order
	claim "$text: each signal has come once" has_taken order 40
	claim "$text: calls has seen nothing" passes calls
}

both_start() {
	victim order 1 sigorder && victim calls 1 "$1"
}

log_has() { # I TEXT: since the last look at the log
	tail -c "+$((logged[$1] + 1))" "$CLUSTER/console.$1" | grep -Faq "$2"
}

mark_logs() {
	local i
	for i in 1 2 3; do
		logged[i]=$(stat -c %s "$CLUSTER/console.$i")
	done
}
logged=()

# ---- weather ----
# A round of files is a hundred calls, one of sleeper six.
if does weather; then
	weather "loss 20%" sleeper loss 20%
	weather "delay 500 ms" sleeper delay 500ms
	weather "twice 10%" files duplicate 10%
	weather "another order 25%" files delay 20ms reorder 25% 50%
	weather "all of it" sleeper delay 50ms 20ms loss 5% duplicate 5%
fi

# ---- cut for less than the time ----
away=(order calls maker pages stopped)

# Who talks much with home would be called back.
goes_to_stay() { # NAME
	tell "$1" lock 1 && move "$1" 2
}

all_leave() {
	victim order 1 sigorder && victim calls 1 files &&
		victim maker 1 forks 100 && victim pages 1 bigmem 12 &&
		victim stopped 1 heap || return 1
	for name in "${away[@]}"; do
		goes_to_stay "$name" || return 1
	done
	n1 kill -STOP "$(pid_of stopped)"
}

# Who makes processes may be home for it.
went_on() { # NAME
	[[ $1 == maker ]] || is_on "$1" 2 || return 1
	goes_on "$1" 180
}

# cut SECONDS TEXT DOWN... -- UP...
cut() {
	local seconds=$1 text=$2 down=() began status=0
	shift 2
	while [[ $1 != -- ]]; do
		down+=("$1")
		shift
	done
	shift
	must "$text: the victims are away" all_leave
	must "$text: one that is to die is, too" victim doomed 1 heap
	must "$text: ... on node 2" move doomed 2
	mark_logs
	"${down[@]}"
	began=$SECONDS
	# Both ends have something to say, and one of them to many.
	claim "$text: signals are sent meanwhile" \
		n1 sigsend "$(pid_of order)" 20
	n1 kill -KILL "$(pid_of doomed)"
	claim "$text: who is killed meanwhile is gone at once" \
		wait_for 8 is_gone doomed
	while ((SECONDS - began < seconds)); do
		sleep 0.5
	done
	"$@"
	n1 kill -CONT "$(pid_of stopped)"
	for name in "${away[@]}"; do
		claim "$text: $name goes on" went_on "$name"
	done
	for i in 1 2; do
		claim_not "$text: node $i has given up no link" \
			log_has $i "nothing was heard"
	done
	for name in "${away[@]}"; do
		claim "$text: $name comes home" moves "$name" home
		claim "$text: $name has seen nothing" passes "$name"
	done
	claim "$text: each signal has come once" has_taken order 20
	finish doomed 10 || status=$?
	assert_eq "$status" 137 "$text: who was killed says so"
	claim "$text: nothing is left" wait_for 60 no_guest_on 2
}

interface_down() {
	node "$1" ip link set eth0 down
}
interface_up() {
	node "$1" ip link set eth0 up
}
address_gone() {
	node "$1" ip addr del "10.77.0.$1/24" dev eth0
}
address_back() {
	node "$1" ip addr add "10.77.0.$1/24" dev eth0
}

if does cut; then
	cut 8 "cut for 8 s" cut_port 2 -- restore_port 2
	cut 20 "cut for 20 s" cut_port 2 -- restore_port 2
	# Where a retransmission that waits twice as long each time would come too late.
	cut 27 "cut for 27 s" cut_port 2 -- restore_port 2
	cut 10 "the host's interface is down" interface_down 2 -- interface_up 2
	cut 10 "the home's interface is down" interface_down 1 -- interface_up 1
	cut 10 "the host's address is gone" address_gone 2 -- address_back 2
	cut 10 "the home's address is gone" address_gone 1 -- address_back 1

	# Lost is 100 %, in one direction only.
	silent_host() {
		netem 2 loss 100%
	}
	cut 15 "what the host says is lost" silent_host -- netem_off 2
fi

# ---- the connection is reset ----
remade() {
	node "$1" cat /proc/mosix/info | sed -n 's/^links_remade //p'
}
struck_at() {
	node "$1" cat /proc/mosix/inject |
		awk -v point="$2" '$1 == point { print $5 }'
}
was_struck() { # I POINT BEFORE
	(($(struck_at "$1" "$2") > $3))
}

some_leave() {
	local name
	victim order 1 sigorder && victim calls 1 files &&
		victim pages 1 bigmem 12 || return 1
	for name in order calls pages; do
		goes_to_stay "$name" || return 1
	done
}

# reset I POINT [NTH]: while one takes signals, one makes calls, one has pages fetched
reset() {
	local text="$weather: node $1, reset at $2${3+, time $3}"
	local name before had
	must "$text: the victims are away" some_leave
	before=$(struck_at "$1" "$2")
	had=$(remade 1)
	node "$1" tell /proc/mosix/inject "'$2 reset ${3-1}'" >/dev/null
	claim "$text: signals are sent" n1 sigsend "$(pid_of order)" 100 1
	claim "$text: it happens" wait_for 60 was_struck "$1" "$2" "$before"
	for name in order calls pages; do
		claim "$text: $name is on 2 and goes on" there_and_on "$name" 2
	done
	claim "$text: a link was made anew" test "$(remade 1)" -gt "$had"
	for name in order calls pages; do
		claim "$text: $name comes home" moves "$name" home
		claim "$text: $name has seen nothing" passes "$name"
	done
	claim "$text: each signal has come once" has_taken order 100
	claim "$text: nothing is left" wait_for 60 no_guest_on 2
}

if does reset; then
	weather="in clear"
	reset 1 receive:CALL
	reset 1 send:REPLY 7
	reset 1 send:SIGNAL 5
	reset 2 receive:SIGNAL 20
	reset 2 send:CALL 3
	reset 2 receive:REPLY
	reset 2 send:TAKEN
	reset 1 receive:USAGE 2
	must "the links are encrypted now" keys_on "$(make_key)"
	weather=encrypted
	reset 1 send:REPLY
	reset 2 send:CALL 5
	reset 2 receive:TOOK

	# A node that has booted again is not who it was.
	must "the victims are away, then node 2 boots again" some_leave
	reboot_node 2
	some_are_gone() {
		is_gone order && is_gone calls && is_gone pages
	}
	claim "what was there has ended" wait_for 60 some_are_gone
	for name in order calls pages; do
		status=0
		finish "$name" 10 || status=$?
		assert_eq "$status" 137 "$name says so"
		reap "$name"
	done
	keys_as_booted
fi

# ---- cut for longer than the time ----
if does end; then
	admin_is() {
		[[ $(node "$1" cat "/proc/mosix/admin/$2") == "$3" ]]
	}
	for i in 1 2 3; do
		claim "node $i waits for half a minute" admin_is $i link_timeout_s 30
	done
	for bad in 4 3601 0 -1 x; do
		assert_eq "$(n1 tell /proc/mosix/admin/link_timeout_s "'$bad'" || true)" \
			EINVAL "$bad is refused"
	done
	must "the victims are away once more" all_leave
	n1 kill -CONT "$(pid_of stopped)"
	# While the links are there.
	for i in 1 2; do
		must "node $i takes 8 s" node $i tell /proc/mosix/admin/link_timeout_s 8
	done
	mark_logs
	cut_port 2
	began=$SECONDS
	sleep 6
	for name in "${away[@]}"; do
		claim_not "after 6 s $name lives" is_gone "$name"
	done
	all_gone() {
		local name
		for name in "${away[@]}"; do
			is_gone "$name" || return 1
		done
	}
	claim "what was away ends" wait_for 60 all_gone
	echo "after $((SECONDS - began)) s"
	claim "within 10 s more" test $((SECONDS - began)) -le $((8 + 10 + 4))
	claim "its guests are gone from the host" wait_for 20 no_guest_on 2
	claim "the home says why" log_has 1 "ends: nothing was heard for"
	claim "the host does" log_has 2 "ends: nothing was heard for"
	claim "the home says who" log_has 1 "is lost: link to node 2"
	for name in "${away[@]}"; do
		status=0
		finish "$name" 10 || status=$?
		assert_eq "$status" 137 "$name has ended as if killed"
		reap "$name"
	done
	restore_port 2
	for i in 1 2; do
		node $i tell /proc/mosix/admin/link_timeout_s 30 >/dev/null
	done

	# ---- a home dies ----
	victim orphan 3 heap
	must "a process of node 3 is on node 2" move orphan 2
	crash_node 3
	began=$SECONDS
	claim "its home dies: it is gone" wait_for 60 no_guest_on 2
	claim "in time ($((SECONDS - began)) s)" test $((SECONDS - began)) -le 44
	boot_node 3
	wait_node 3
fi

claim_victim last 1 heap && claim_trip last 2 3 home
claim "after all that a victim moves and sees nothing" passes last
