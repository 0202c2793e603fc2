#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: whoever talks to a process at home goes on while away: Unix sockets with
# descriptors and credentials, TCP and UDP in both roles, message queues and
# semaphores, a terminal of its own; a shell is the same on its terminal.
#
#   n1 (home; a child stays) --> n2 --> n3 --> n1
#
# limit: 400
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

claim_tour 2 3 home -- unixes
claim_tour 2 3 home -- servers
claim_tour 2 3 home -- queues
claim_tour 2 3 home -- ptys
claim_restless 3 unixes
claim_restless 3 servers
claim_restless 3 queues
claim_restless 3 ptys

# A shell runs away from its terminal, and with it its job control.
said() {
	grep -qE "$1" "$TMP/job/shell.out"
}

run_away() {
	tell shell lock 1 && move shell 2 && is_on shell 2
}

runs() {
	n1 pidof "$1" >/dev/null
}

ended() {
	! runs "$1"
}

start_tty shell 1 busybox sh -i
wait_for 20 said '[#$] '
echo 1 >"$TMP/job/shell.home"
must "a shell runs away" run_away
press shell 'echo $((6 * 7)) here\n'
claim "it reads what is typed and answers" wait_for 20 said '^42 here'
press shell 'lines\n'
claim "it starts a program" wait_for 20 said '^pid .* tty yes'
press shell 'abc\n\004'
claim "which has the terminal" wait_for 20 said '^3:cba'
claim "and ends" wait_for 20 said '^bye'
must "the shell runs away again" run_away
press shell 'sleeper -t 1000 100000\n'
claim "it starts another one" wait_for 20 runs sleeper
press shell '\032'
claim "^Z stops it" wait_for 20 said 'Stopped'
must "the shell runs away from a stopped job" run_away
press shell 'fg\n'
claim "fg goes on with it" wait_for 20 said '^sleeper -t 1000 100000'
press shell '\003'
claim "^C ends it" wait_for 20 ended sleeper
press shell 'echo "status=$?"\n'
claim "and the shell says so" wait_for 20 said '^status=130'
must "it runs away a last time" run_away
press shell 'exit 7\n'
status=0
finish shell || status=$?
assert_eq "$status" 7 "and ends away"
