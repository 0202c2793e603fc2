#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a limit on CPU time counts what a process uses away, warns and kills; timers
# on CPU time expire when so much was used there.
#
#   n1 (home) --> n2 --> n3
#
# limit: 400
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

cpu_ms() {
	local f
	f=$(n1 "sed 's/.*) //' /proc/$1/stat" | cut -d' ' -f12,13)
	echo $(((${f% *} + ${f#* }) * 10))
}

# Seconds of CPU time that it has, and what the shell calls the limit.
claim_ends() {
	local name=$1 option=$2 want=$3 status=0 pid used=0 now
	must "$name starts" start "$name" 1 sh -c \
		"'ulimit $option; exec burn -t 600'"
	pid=$(pid_of "$name")
	begun() { [[ $(n1 "cat /proc/$pid/comm") == burn ]]; }
	wait_for 20 begun
	must "$name is away" n1 "tell /proc/$pid/mosix/goto 2"
	while now=$(cpu_ms "$pid" 2>/dev/null) && ((now)); do
		used=$now
		sleep 0.3
	done
	finish "$name" $((60 * SLOW)) || status=$?
	assert_eq "$status" "$want" "$name: it ends of it"
	claim "$name: after about five seconds of CPU time ($used ms)" \
		test "$used" -ge 4000 -a "$used" -le 7500
	claim "$name: no guest is left" wait_for 20 no_guest_on 2
}

claim_ends soft '-S -t 5' 152
claim_ends hard '-t 5' 137

claim_settled profs
claim_settled profs 2
claim_restless 3 profs
claim_restless 3 profs 1
