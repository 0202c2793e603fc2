#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: jobs that a user starts from a login spread over the nodes, which mosmon
# shows, and no service moves.
#
#   n1 (anna on the serial console) -- n2, n3
#
# limit: 600
. "$TOP/qemu-tests/debian.d/machines.sh"

logs_in() { # I USER
	type_in "$1" ""
	sees "$1" 60 'login: $' || return 1
	type_in "$1" "$2"
	sees "$1" 60 'Password: $' || return 1
	type_in "$1" secret
	sees "$1" 60 "$2@n$1:~\\\$ \$"
}
says_after() { # I TYPED REGEX
	type_in "$1" "$2"
	sees "$1" 60 "$3"
}
shows() { # REGEX: mosmon comes to
	screen 1 anna >"$TMP/screen" && grep -qE -- "$1" "$TMP/screen"
}
view() { # KEY REGEX: after that key; false after showing what it shows
	n1 "runuser -u anna -- tmux send-keys $1"
	wait_for 60 shows "$2" && return
	cat "$TMP/screen"
	return 1
}
# Ids of the nodes that have a bar in reverse video.
bars() {
	screen 1 anna -e -N | python3 "$TOP/qemu-tests/debian.d/bars.py"
}
spread() {
	[[ $(n1 "mosps -n --user anna --where 2") && \
		$(n1 "mosps -n --user anna --where 3") ]]
}
many_locked() { # I
	(($(node "$1" "mosps -n --all --locked" | wc -l) >= 8))
}

put 1 "$TOP/qemu-tests/debian.d/guest/job" /home/anna/job
must "anna logs in on the console" logs_in 1 anna
claim "her shell may move" says_after 1 'cat /proc/$$/mosix/lock' '^0$'
claim "she looks at the cluster" says_after 1 'mosctl status' '^3 up'
must "mosmon runs in her tmux" says_after 1 \
	'tmux new-session -d -x 80 -y 24 mosmon; echo ready-$?' '^ready-0'
must "it shows three nodes" wait_for 60 shows \
	'^ mosmon  node 1  3 of 3 up  load'
claim "side by side" shows '^ +1 +2 +3 *$'
must "her jobs run" jobs_start 1 1 2 3 4 5 6
must "they spread over the other nodes" wait_for 240 spread
must "mosmon shows a guest" view g ' [1-9]\.00( |$)'
claim "in a bar of a node that is not hers" grep -qE '^[23]$' <(bars)
view l '3 of 3 up  load' || fail "it shows loads again"
three_bars() {
	[[ $(bars | sort -u | paste -sd ' ') == "1 2 3" ]]
}
claim "as bars of three nodes" wait_for 120 three_bars
claim "and moves" shows ' [0-9]+: 1 -> [23]  move-'
claim "mosps tells her where they are" says_after 1 'mosps --away' ' [23] +1 +[0-9]'
for i in 1 2 3; do
	claim "n$i: the policy locks what is no session" many_locked "$i"
	assert_eq "$(node "$i" mosps -n --locked --away)" "" "all of it is at home"
done
