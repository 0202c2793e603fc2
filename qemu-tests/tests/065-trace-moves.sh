#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: trace events tell each move and each decision, with what it took.
#
#   n1: a burner --> n2 --> n1, not --> n3, which blocks; three more, of which
#   one goes by itself
#
# limit: 300
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

events=/sys/kernel/tracing/events/mosix
trace=/sys/kernel/tracing/trace

traced() { # REGEX
	n1 cat $trace | grep -E -- "$1"
}

must "there are the events" n1 test -d $events/mosix_move -a -d $events/mosix_decision
n1 "echo >$trace; echo 1 >$events/enable"
must "a burner starts" victim burner1 1 burn
pid=$(pid_of burner1)
must "it goes out" move burner1 2
must "it comes home" move burner1 home
n3 'echo 1 >/proc/mosix/admin/block'
assert_eq "$(tell burner1 goto 3)" ECONNREFUSED "node 3 takes no guest"
n3 'echo 0 >/proc/mosix/admin/block'
claim "the way out is told, with its time and bytes" traced \
	"mosix_move: pid=$pid from=1 to=2 why=user strategy=(eager|push) result=0 freeze_us=[1-9][0-9]* bytes=[1-9][0-9]{3}"
claim "the way home is" traced \
	"mosix_move: pid=$pid from=2 to=1 why=user strategy=- result=0 freeze_us=0 bytes=0"
claim "what was refused is" traced \
	"mosix_move: pid=$pid from=1 to=3 why=user strategy=- result=-111 freeze_us=0 bytes=0"

for name in burner2 burner3 burner4; do
	n1 "rm -rf $(victim_dir "$name"); mkdir $(victim_dir "$name")"
	start "$name" 1 burn -d "$(victim_dir "$name")"
	echo 1 >"$TMP/job/$name.home"
done
claim "a decision to move is told" wait_for 60 traced \
	"mosix_decision: pid=[0-9]+ from=1 node=[23] reason=move-cpu gain=[1-9][0-9]* cost=[1-9][0-9]* worth=[1-9]"
claim "and the move that comes of it" wait_for 60 traced \
	"mosix_move: pid=[0-9]+ from=1 to=[23] why=balance strategy=(eager|push) result=0 "
n1 "echo 0 >$events/enable"
n1 cat $trace
n1 "echo >$trace"
for name in burner1 burner2 burner3 burner4; do
	claim "$name has seen nothing" passes "$name"
done
