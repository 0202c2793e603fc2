#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: keys typed on the terminal at home do to a program that is away what
# they do to one that is not: lines, ^C, ^Z and ^\.
#
#   keys -- agent -- pty -- shell -- victim (n1), its body on n2
#
# limit: 300
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

said() {
	grep -qE "$1" "$TMP/job/shell.out"
}

# The one program of that name below the shell.
find_pid() {
	n1 pidof "$1"
}

away() {
	local pid
	wait_for 20 find_pid "$1" || return
	pid=$(find_pid "$1")
	n1 "tell /proc/$pid/mosix/lock 1; tell /proc/$pid/mosix/goto 2" || return
	[[ $(n1 cat "/proc/$pid/mosix/where") == 2 ]]
}

gone() {
	! find_pid "$1"
}

state() {
	n1 "sed -n 's/^State:[[:space:]]*//p' /proc/$(find_pid "$1")/status"
}

is_state() {
	[[ $(state "$1") == "$2"* ]]
}

start_tty shell 1 busybox sh -i
wait_for 20 said '[#$] '

press shell 'lines\n'
must "a reader of the terminal moves" away lines
press shell 'first\n'
claim "away it reads a line" wait_for 20 said '^5:tsrif'
press shell 'another line\n'
claim "and another" wait_for 20 said '^12:enil rehtona'
press shell '\004'
claim "^D is the end of its input" wait_for 20 said '^bye'
claim "which it saw away, and ended" wait_for 20 gone lines

press shell 'burn -t 1000\n'
must "a busy program moves" away burn
press shell '\003'
claim "^C ends it" wait_for 20 gone burn
press shell 'echo "status=$?"\n'
claim "and the shell sees SIGINT" wait_for 20 said 'status=130'

press shell 'burn -t 1000\n'
must "another one moves" away burn
press shell '\034'
claim "^\\ ends it" wait_for 20 gone burn
press shell 'echo "status=$?"\n'
claim "and the shell sees SIGQUIT" wait_for 20 said 'status=131'

press shell 'sleeper -t 1000 100000\n'
must "a sleeping program moves" away sleeper
press shell '\003'
claim "^C ends it in its sleep" wait_for 20 gone sleeper
press shell 'echo "status=$?"\n'
claim "and the shell hears of it" wait_for 20 \
	eval "((\$(grep -c status=130 '$TMP/job/shell.out') == 2))"

press shell 'burn -t 1000\n'
must "a busy program to stop moves" away burn
press shell '\032'
claim "^Z stops it" wait_for 20 is_state burn T
claim "the shell has its terminal back" wait_for 20 said 'Stopped'
claim "it is stopped where it is: on node 2" test \
	"$(n1 cat "/proc/$(find_pid burn)/mosix/where")" = 2
press shell 'bg\n'
claim "bg lets it go on" wait_for 20 eval "! is_state burn T"
press shell 'fg\n'
sleep 1
press shell '\003'
claim "fg and ^C end it" wait_for 20 gone burn
press shell 'exit 0\n'
claim "the shell lived through it all" finish shell
