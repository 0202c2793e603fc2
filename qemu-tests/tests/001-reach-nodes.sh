#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: the nodes are the machines that the tests take them for, and reach
# each other.
#
#   n1 10.77.0.1 --+
#   n2 10.77.0.2 --+-- bridge
#   n3 10.77.0.3 --+
. "$TOP/qemu-tests/lib/test.sh"

clock=/sys/devices/system/clocksource/clocksource0/current_clocksource
for ((i = 1; i <= NODES; i++)); do
	assert_eq "$(node $i hostname)" "n$i" "node $i is n$i"
	assert_eq "$(node $i nproc)" "$SMP" "node $i has $SMP CPUs"
	assert_match "$(node $i cat $clock)" '^(tsc|tsc-early|kvm-clock)$' \
		"node $i has a clock that user space reads"
	assert_eq "$(node $i "sed -n 's/.*resolution: *//p' /proc/timer_list |
		sort -u")" "1 nsecs" "node $i has high resolution timers"
done

for ((i = 2; i <= NODES; i++)); do
	claim "n1 reaches n$i by name" n1 ping -c 2 -W $((5 * SLOW)) "n$i"
	claim "n$i reaches n1" node "$i" ping -c 2 -W $((5 * SLOW)) n1
done
claim "the host reaches n1" busybox ping -c 1 -W $((5 * SLOW)) 10.77.0.1

claim "groups are there" n1 test -e /sys/fs/cgroup/cgroup.controllers
claim "the port has its name in /dev" n1 test -c /dev/virtio-ports/agent
if n1 test -e /proc/mosix/config; then
	map=$(n1 cat /proc/mosix/config)
	assert_match "$map" 'self 1' "node 1 was told who it is"
	assert_match "$map" "node $NODES 10.77.0.$NODES" "and the whole map"
else
	skip "node 1 has the node map" "no /proc/mosix in this kernel"
fi
