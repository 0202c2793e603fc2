#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a home whose power fails and that boots again at once finds nothing of its
# former life in its way: its guests of before are gone from a host when it first
# calls there, and from others within 40 s; a process of its new life, with the PID
# of one of before, goes to the same host, and neither meets the other.
#
#   n1 (home, boots again) -- n2: called again at once
#                          `- n3: not called
#
# limit: 600
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

# A host waits link_timeout_s and 10 s for a home that its connection was reset by,
# and learns of that when it next calls for an answer; the rest is the test's way.
most_s=$((45 + 8 * SLOW))
pid=20002

guests_of_1() { # I
	node "$1" "awk 'NR > 1 && \$3 == 1 { n++ } END { print n + 0 }' \
		/proc/mosix/processes"
}
no_guest_of_1() { # I
	(($(guests_of_1 "$1") == 0))
}
is_one_on_2() {
	(($(guests_of_1 2) == 1))
}
# What a host has for others: processes, kernel threads of links, bodies.
held_by() { # I
	node "$1" 'echo "guests $(grep -x "guests .*" /proc/mosix/info | cut -d" " -f2)"
		echo "records $(($(wc -l </proc/mosix/processes) - 1))"
		echo "links $(ps | grep -c "[m]osix_[rt]x")"
		echo "bodies $(cat /proc/[0-9]*/comm 2>/dev/null |
			grep -cxE "heap|burn|sigs|threads")"'
}
is_as_before() { # I
	held_by "$1" | diff "$TMP/held.$1" - >"$TMP/held.diff"
}
all_up() {
	local i
	for ((i = 1; i <= NODES; i++)); do
		(($(node "$i" "grep -c ' up' /proc/mosix/vector") == NODES)) || return 1
	done
}
# A host waits a little for a PID whose body is being buried, then refuses: once more.
goes() { # NAME HOST PROGRAM ARGS...
	local name=$1 host=$2
	shift 2
	must "$name starts" victim "$name" 1 "$@"
	must "$name goes to node $host" wait_for 10 move "$name" "$host"
	claim "$name goes on there" goes_on "$name"
}
# With the PID that is $pid.
goes_as() { # NAME HOST PROGRAM ARGS...
	launch_by aspid $pid
	goes "$@"
	launch_by
	assert_eq "$(pid_of "$1")" $pid "$1 is PID $pid at home"
}
# Of home's PID $pid there: PID here, threads of it included.
body_on_2() {
	n2 "awk '\$1 == $pid && \$3 == 1 { print \$7 }' /proc/mosix/processes"
}

must "each node hears of the others" wait_for 60 all_up
for i in 2 3; do
	held_by $i >"$TMP/held.$i"
done
goes_as old 2 sigs
goes computes 2 burn
goes threads 2 threads
goes elsewhere 3 heap
before=$(body_on_2)
assert_match "$before" '^[0-9]+$' "node 2 has the body of PID $pid"
assert_eq "$(guests_of_1 2)" 3 "and two more of that home"

reboot_node 1
began=$SECONDS
for name in old computes threads elsewhere; do
	stop_client $name
done
echo "of the former life: $(guests_of_1 2) on node 2, $(guests_of_1 3) on node 3"
# It takes no time to call: so do this first, and see that nothing is waited for.
goes_as new 2 sigs
claim "node 2 has nothing else of that home" wait_for 10 is_one_on_2
after=$(body_on_2)
assert_match "$after" '^[0-9]+$' "it has a body of PID $pid"
claim "and another one than before" test "$after" != "$before"
claim_not "the body of before is gone" n2 test -e "/proc/$before"
claim "it gets its own signals, by its PID" goes_on new
claim_trip new home 2
claim "it has seen nothing" passes new
claim "node 2 has nothing left" wait_for 30 is_as_before 2
cat "$TMP/held.diff"

claim "node 3, which it has not called, is rid of its guest" \
	wait_for 60 no_guest_of_1 3
took=$((SECONDS - began))
claim "$took s after it was up again, soon enough" test "$took" -le "$most_s"
claim "node 3 has nothing left" wait_for 30 is_as_before 3
cat "$TMP/held.diff"
must "all hear of it" wait_for 60 all_up
claim_victim last 1 heap && claim_trip last 3 2 home
claim "after all that a victim moves and sees nothing" passes last
