#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: whatever happens to the target of a move while the move is under way,
# the process is afterwards there or here, whole, and goes on; and when it is
# here, the reason can be read.
#
#   n1 (home) --> n2, whose cable is pulled or whose power is cut meanwhile
#
# limit: 900
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

there_or_here() {
	if [[ $(cat "$TMP/moved") == moved ]]; then
		is_on "$1" 2
	else
		cat "$TMP/move.out"
		is_on "$1" 1 && [[ $(about "$1" last) == "node 2: "* ]]
	fi
}

# cable_pulled AFTER FOR: seconds
cable_pulled() {
	local delay=$1 name=big
	claim_victim $name 1 bigmem 24 || return 0
	move_aside $name 2
	sleep "$delay"
	cut_port 2
	sleep "$2"
	restore_port 2
	claim "pulled for $2 s after $delay s: the move ends" \
		wait_for 150 test -s "$TMP/moved"
	claim "... the victim is there or here" there_or_here $name
	claim "... and goes on" goes_on $name 150
	claim "... and has seen nothing" passes $name
}

# The power is cut: when the body had not begun to run, it goes on at home.
# When it had, it died with its host, and its parent is told so.
power_cut() {
	local delay=$1 name=big
	claim_victim $name 1 bigmem 24 || return 0
	move_aside $name 2
	sleep "$delay"
	crash_node 2
	claim "power cut after $delay s: the move ends" \
		wait_for 150 test -s "$TMP/moved"
	if [[ $(cat "$TMP/moved") == failed ]]; then
		claim "... the victim is here and says why" there_or_here $name
		claim "... and goes on" goes_on $name
		claim "... and has seen nothing" passes $name
	else
		claim "... the victim, which was there, ends" \
			wait_for 150 n1 "! test -e /proc/$(pid_of $name)"
		claim_not "... and not as if all were well" finish $name
	fi
	boot_node 2
	wait_node 2
}

# All that node 1 has to give but 6 MiB, in files of a file system in memory.
fill_memory() {
	n1 "set -e; mkdir /tmp/hog; mount -t tmpfs -o size=100% none /tmp/hog
		left() { awk '/^MemAvailable/ { print \$2 }' /proc/meminfo; }
		dd if=/dev/zero of=/tmp/hog/most bs=1024k count=\$((\$(left) / 1024 - 16))
		n=0
		while [ \$(left) -gt 6144 ]; do
			n=\$((n + 1))
			dd if=/dev/zero of=/tmp/hog/\$n bs=256k count=1 2>/dev/null
		done"
}

# A body comes home where there is no memory, for a while: that is waited for.
home_short() {
	claim_victim short 1 bigmem 4 || return 0
	claim "it moves" move short 2
	claim "memory is short at home" fill_memory
	move_aside short home
	sleep 3
	claim "it waits for that" test ! -s "$TMP/moved"
	n1 umount /tmp/hog
	claim "with the memory there it comes home" wait_for 60 is_on short 1
	claim "... and goes on" goes_on short
	claim "... and has seen nothing" passes short
}

# 24 MiB take ten seconds on such a line: all these are in the middle of it.
n1 'echo eager >/proc/mosix/admin/strategy'
netem 1 rate 20mbit
cable_pulled 0.1 3
cable_pulled 0.6 40
netem_off 1
cable_pulled 0.3 3
n1 'echo demand >/proc/mosix/admin/strategy'
cable_pulled 0.1 3
cable_pulled 0.3 3
n1 'echo eager >/proc/mosix/admin/strategy'
power_cut 0.05
power_cut 0.2
power_cut 0.5
n1 'echo auto >/proc/mosix/admin/strategy'
home_short

claim_victim last 1 heap && claim_trip last 2 home
claim "after all that a victim moves and sees nothing" passes last
