#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a host that lies, in any state of its link, can do to a home what the process
# that it holds could do itself, and no more. It loses the link, by an error that the
# log names, and that process, which ends as if its host had died; or the process goes
# on as if nothing was, where the lie was nothing. Others at home, of the same user or
# not, see nothing of it, and nothing of it is left.
#
#   n1: prey, same (nobody's), other (root's, its body on n2)
#   n3: badhost, which is node 9 for n1 alone: an address and a port of its own,
#       beside n3's own kernel
#
# LIES="mxcsr two-ends": these alone; "never-started" (120 s) only so.
#
# limit: 1500
# nodes: 3
# wire: hostile
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

# What becomes of the prey: "stays" at home; "lost" with its host; goes "home" and
# on; "killed" when we kill it; an exit status.
lies=(
	honest:home silent:stays another:stays old:stays new:stays
	refuse-oddly:stays call-early:stays image-early:stays too-long:stays exit-early:stays
	end-early:stays
	start-twice:home calls:home exit-stranger:home usage:home taken:home
	pages-owned:home ask-nowhere:home leave:home made:home child:home
	flags:home clock:home
	call-unknown:lost call-fork:lost call-local:lost call-nobody:lost
	call-own:lost call-many:lost fence-file:lost fence-clone:lost
	window-none:lost window-large:lost window-sum:lost window-round:lost
	exit-stopped:lost exit-well:0 mute:killed signal-kill:lost signals:lost
	pages-kernel:lost pages:lost ask-kernel:lost seen:lost
	nothing:lost missing:lost twice:lost version:lost rings:lost bases:lost
	ip:139 mxcsr:lost features:lost header:lost altstack:lost maps:lost
	ranges:lost thread:lost exec-leaving:lost leaving-exec:any two-ends:lost
	resumed-gone:lost resumed-more:lost resumed-oddly:lost took:lost
	hang-up:lost noise:lost words:lost
)
wanted=${LIES-}
[[ " $wanted " != *" never-started "* ]] || lies+=(never-started:stays)

# begin_prey [PROGRAM]
begin_prey() {
	launch_by as 65534
	victim prey 1 "${1:-heap}" || return 1
	launch_by
	tell prey strategy demand
}

host_says() {
	out_of host | grep -qx "$1"
}

nothing_is_left() {
	n1 "! ps | grep -q '[m]osix_[rt]x/9'"
}

prey_is_gone() {
	n1 "! awk '{ print \$1 }' /proc/mosix/processes | grep -qx $(pid_of prey)"
}

log_names_it() {
	n1 "dmesg | grep -q 'mosix: process $(pid_of prey) (.*) is lost: link to node 9: -'"
}

secrets_are_safe() {
	[[ $(n1 "cat /tmp/secret.117; stat -c %a%u /tmp/secret.117") == $'secret\n6000' ]] &&
		n1 '! test -e /tmp/made.117 && ! test -e /root/made.117'
}

# No more than has passed since the node booted, of each kind; in ticks.
time_is_sane() {
	n1 "read up rest </proc/uptime; set -- \$(cat /proc/$(pid_of prey)/stat)
		test \$((\${14} + \${15})) -le \$(((\${up%.*} + 20) * 200))"
}

ends_with() {
	local status=0
	finish prey $((30 * SLOW)) || status=$?
	[[ $1 == any && $status =~ ^(0|137)$ ]] || [[ $status == "$1" ]] && return
	echo "prey ended with $status: $(out_of prey) $(err_of prey)"
	return 1
}

is_home_and_goes_on() {
	is_on prey 1 && goes_on prey
}

# What is done meanwhile so that the lie can be told.
help_it() {
	case $1 in
	seen)
		wait_for 30 host_says away
		n1 "cat /proc/$(pid_of prey)/smaps" >/dev/null
		;;
	mute)
		wait_for 30 host_says away
		sleep 1
		n1 kill -KILL "$(pid_of prey)"
		;;
	esac
}

# lie NAME FATE
lie() {
	local name=$1 fate=$2 said
	if ! start host 3 badhost 10.77.0.9 7999 9 "$name" "$(pid_of other)" ||
	   ! wait_for 20 host_says listening; then
		fail "$name: the host listens"
		return
	fi
	said=$(ON_LIMIT=$((200 * SLOW)) tell prey goto 9) || true
	echo "$name: goto says $said"
	help_it "$name" || true
	finish host $((150 * SLOW)) || true
	out_of host
	err_of host
	said=$(out_of host | tail -n 1)
	case $fate in
	stays)
		assert_eq "$said" ended "$name: the link ends"
		claim "$name: the process stays at home, and goes on" \
			is_home_and_goes_on
		;;
	home)
		assert_eq "$said" home "$name: the host can give it back"
		claim "$name: the process goes on at home" is_home_and_goes_on
		;;
	lost)
		assert_match "$said" '^(ended|killed)$' "$name: the link ends"
		claim "$name: the process ends as if its host had died" ends_with 137
		claim "$name: the log says so, and why" wait_for 10 log_names_it
		;;
	killed)
		assert_eq "$said" killed "$name: the body is to be killed"
		claim "$name: the process is" ends_with 137
		;;
	*)
		assert_match "$said" '^(ended|killed|home)$' "$name: the link ends"
		claim "$name: the process ends as it says" ends_with "$fate"
		;;
	esac
	case $name in
	usage | clock | exit-early)
		claim "$name: it has not used more time than there was" time_is_sane
		;;
	call-own | fence-file | calls)
		claim "$name: no file has changed" secrets_are_safe
		;;
	esac
	claim "$name: nothing of the link is left" wait_for 90 nothing_is_left
	claim "$name: the same user's other process goes on" goes_on same
	claim "$name: so does another user's, away" goes_on other
	if [[ $fate =~ ^(lost|killed|any|[0-9]+)$ ]] || is_gone prey; then
		begin_after "$name"
	fi
}

begin_after() {
	claim "$1: nor of the process" wait_for 20 prey_is_gone
	n1 "rm -rf $(victim_dir prey)"
	must "another process starts" begin_prey
}

[[ ! -e $CLUSTER/key ]] || keys_on insecure
n1 'umask 077; echo secret >/tmp/secret.117; rm -f /tmp/made.117 /root/made.117
	cat /proc/mosix/config >/tmp/map.117
	{ cat /tmp/map.117; echo node 9 10.77.0.9:7999; } >/tmp/map.new
	cat /tmp/map.new >/proc/mosix/config'
n3 ip addr add 10.77.0.9/24 dev eth0
victim other 1 heap
must "another user's process is away" move other 2
launch_by as 65534
victim same 1 heap
launch_by
must "a process starts" begin_prey
assert_match "$(n1 grep Uid "/proc/$(pid_of prey)/status")" 65534 "it is nobody's"

for entry in "${lies[@]}"; do
	name=${entry%:*}
	[[ ! $wanted || " $wanted " == *" $name "* ]] || continue
	lie "$name" "${entry#*:}"
done

claim "the last prey has seen nothing" passes prey
if [[ ! $wanted || " $wanted " == *" own-clone "* ]]; then
	must "a process with filters starts" begin_prey filtered
	lie own-clone lost
	claim "the last prey has seen nothing of that" passes prey
fi
claim "nor has the same user's other process" passes same
claim "the other user's comes home" move other home
claim "and has seen nothing" passes other
claim "no file has changed" secrets_are_safe
n3 ip addr del 10.77.0.9/24 dev eth0
n1 'cat /tmp/map.117 >/proc/mosix/config; rm -f /tmp/secret.117 /tmp/map.new /tmp/map.117'
