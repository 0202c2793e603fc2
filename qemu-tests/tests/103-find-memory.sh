#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a process that wants more memory than its node has, and than any node but
# one, gets it there, and nothing is swapped out on the way.
#
#   n1 (320 MiB, with swap) --> perhaps n2 to n5 (512 MiB) --> n6 (768 MiB)
#
# It grows by ten MiB a second: the balancer looks twice a second.
#
# nodes: 6
# share: 25
# flavour: normal
# limit: 500
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"
. "$TOP/qemu-tests/lib/six.sh"

want=420	# MiB

boot_with() { # MIB I
	crash_node "$2"
	share "$2" max
	MEM=$1 boot_node "$2"
	wait_node "$2"
	share "$2" 25
}

mem_mib() { # I NAME
	node "$1" cat /proc/meminfo | awk -v name="$2:" '$1 == name {
		print int($2 / 1024) }'
}

swapped_out() { # pages, on all nodes
	local i
	for ((i = 1; i <= NODES; i++)); do
		node "$i" cat /proc/vmstat
	done | awk '$1 == "pswpout" { n += $2 } END { print n + 0 }'
}

boot_with 320 1
boot_with 768 6
must "each node hears of the others" wait_for 60 all_know "$NODES"
for ((i = 1; i <= NODES; i++)); do
	echo "node $i: $(mem_mib "$i" MemTotal) MiB," \
		"$(mem_mib "$i" MemAvailable) available"
done
must "node 1 has less than it will want" \
	test "$(mem_mib 1 MemTotal)" -lt $want
must "so have nodes 2 to 5" test "$(mem_mib 2 MemAvailable)" -lt $want
must "node 6 has more" test "$(mem_mib 6 MemAvailable)" -gt $((want + 80))
must "node 1 could swap" n1 "mkswap /dev/ram0 >/dev/null && swapon /dev/ram0"

n1 "rm -rf $(victim_dir big); mkdir $(victim_dir big)"
start big 1 bigmem -d "$(victim_dir big)" $want 100
echo 1 >"$TMP/job/big.home"
for ((i = 0; i < 18; i++)); do
	sleep 5
	echo "after $((5 * (i + 1))) s it is on node $(where big || true)," \
		"available: $(for j in 1 2 3 4 5 6; do
			mem_mib $j MemAvailable; done | xargs)"
	! n1 test -s "$(victim_dir big)/ready" || break
done
claim "it has all the memory that it wants" wait_for 60 victim_is_ready big
claim "and lives" n1 test -e "/proc/$(pid_of big)"
claim "on node 6" is_on big 6
assert_eq "$(swapped_out)" 0 "no page was swapped out anywhere"
claim "memory was the reason" n1 'grep -q " move-memory " /proc/mosix/decisions'
claim "it was moved no more often than the rules allow" moves_are_rare 1
claim "and nobody was taken for dead" all_know "$NODES"
show_all
claim "it has seen nothing" passes big
n1 swapoff /dev/ram0
# With the memory that all others have: see cluster_health.
crash_node 1
crash_node 6
