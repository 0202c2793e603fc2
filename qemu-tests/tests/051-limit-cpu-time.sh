#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a limit on CPU time counts what a process uses away, warns and kills; timers
# on CPU time expire when so much was used there.
#
#   n1 (home) --> n2 --> n3
#
# limit: 500
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

# CPU time of all children that a shell has waited for, as "times" says it.
cpu_ms() {
	n1 "tail -n 1 $1" | tr 'ms' '  ' |
		awk '{ print int(($1 * 60 + $2 + $3 * 60 + $4) * 1000) }'
}

burner_of() {
	local shell
	shell=$(pid_of "$1")
	n1 "for child in \$(cat /proc/$shell/task/$shell/children); do
		grep -qx burn /proc/\$child/comm && echo \$child && exit
	done; false"
}

# What the shell calls the limit, and its end. It must be away before that.
claim_ends() {
	local name=$1 option=$2 want=$3 status=0 used
	local seconds=$((5 * SLOW))
	must "$name starts" start "$name" 1 sh -c \
		"'(ulimit $option $seconds; exec burn -t 600); s=\$?
		times >/tmp/$name.times; exit \$s'"
	wait_for 20 burner_of "$name"
	must "$name is away" n1 "tell /proc/$(burner_of "$name")/mosix/goto 2"
	finish "$name" $((120 * SLOW)) || status=$?
	assert_eq "$status" "$want" "$name: it ends of it"
	used=$(cpu_ms "/tmp/$name.times")
	claim "$name: after about $seconds s of CPU time ($used ms)" \
		test "$used" -ge $((seconds * 1000 - 100)) -a \
		"$used" -le $((seconds * 1500))
	claim "$name: no guest is left" wait_for 20 no_guest_on 2
}

claim_ends soft '-S -t' 152
claim_ends hard '-t' 137

claim_settled profs
claim_settled profs 2
claim_restless 3 profs
claim_restless 3 profs 1
claim_settled tprofs
