#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a process that is away and loses its time with calls to its home is
# sent home, though it hardly uses a CPU and no node is busy; one that computes
# stays.
#
#   n1 (home, idle) <-- n2 (idle): dd, burn
#
# limit: 200
# nodes: 2
. "$TOP/qemu-tests/lib/test.sh"

is_on() {
	[[ $(n1 cat "/proc/$(pid_of "$1")/mosix/where") == "$2" ]]
}

go() {
	n1 "echo 2 >/proc/$(pid_of "$1")/mosix/goto"
}

n1 tell /proc/mosix/admin/stay 1 >/dev/null
start talks 1 dd if=/dev/zero of=/dev/null bs=512
start works 1 burn -t 600
must "one that reads and writes goes out" go talks
must "one that computes goes out" go works
claim "they are away" eval 'is_on talks 2 && is_on works 2'
claim "who talks comes home by itself" wait_for $((40 * SLOW)) is_on talks 1
claim "the other host says why" \
	n2 "grep -q ' move-home ' /proc/mosix/decisions"
claim "who computes stays" is_on works 2
n1 "kill -KILL $(pid_of talks)"
finish talks 20 || true

# Its user keeps it away: the host asks for that now and then, not all the time.
failures() {
	n2 "grep -c ' failed ' /proc/mosix/decisions" || true
}
asked() {
	(($(failures) > $1))
}
start keeps 1 dd if=/dev/zero of=/dev/null bs=512
n1 "echo 1 >/proc/$(pid_of keeps)/mosix/lock"
before=$(failures)
must "one that is locked goes out" go keeps
claim "its host would send it home" wait_for $((40 * SLOW)) asked "$before"
before=$(failures)
sleep 5
after=$(failures)
claim "it does not ask all the time ($((after - before)) times in 5 s)" \
	test $((after - before)) -le 2
claim "it stays where it is wanted" is_on keeps 2
n1 "kill -KILL $(pid_of works) $(pid_of keeps)"
finish keeps 20 || true
finish works 20 || true
n1 tell /proc/mosix/admin/stay 0 >/dev/null
