#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a process that is away makes processes, looks for programs and maps files
# where it is; its children are where it is; a program that it executes begins at
# home and goes where it was; and whoever is killed in the midst of that leaves
# nothing behind.
#
#   n1 (home) --> n2 --> n3
#
# limit: 900
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

guests_on() {
	node "$1" "awk 'NR > 1 && \$3 != $1' /proc/mosix/processes" | wc -l
}

has_guests() {
	(($(guests_on "$1") >= $2))
}

# All of a process's memory again and again, as somebody at home sees it: pages
# come back all the time, also while both halves are copied.
begin_reader() {
	cat >"$TMP/read.sh" <<-'S'
		while [ -e /proc/$1/mem ]; do
			grep ' rw-p 00000000 00:00' /proc/$1/maps |
			while read -r range rest; do
				first=$((0x${range%-*} / 4096))
				last=$((0x${range#*-} / 4096))
				dd if=/proc/$1/mem of=/dev/null bs=4096 \
					skip=$first count=$((last - first))
			done
		done
	S
	put 1 "$TMP/read.sh" /tmp/read.sh
	start reader 1 sh /tmp/read.sh "$1"
}

# However little of it is there: none is better off at home.
for i in 2 3; do
	node $i tell /proc/mosix/admin/eager_kib 0
done
claim_settled filemap fresh
claim_settled vain
claim_settled slain
# Children that borrow their maker's memory, and do this and that before they
# execute a program.
claim_settled execs
claim_restless 3 execs
claim_visits forkexec
claim_settled forks 1000
# The same with threads, which write meanwhile and start programs.
claim_settled tforks
claim_restless 3 tforks

claim_victim forks 1 forks 1000
must "it is away" move forks 2
claim "its children are there, too" wait_for 20 has_guests 2 3
must "somebody reads its memory at home" begin_reader "$(pid_of forks)"
claim "it goes on" goes_on forks
claim "it goes on once more" goes_on forks
claim "it has seen nothing" passes forks
finish reader || true
claim_restless 3 forks 1000
claim "no guest is left on node 2" wait_for 20 no_guest_on 2

# The new program has done nothing yet; the old one had work to do, since it is
# sent away as it begins.
claim_victim becomes 1 becomes 3000
claim "it goes on" goes_on becomes
must "it is away" move becomes 2
claim "it goes on away" goes_on becomes
claim "it is there again" wait_for 20 is_on becomes 2
claim "and goes on" goes_on becomes
claim_trip becomes 3 || true
claim "it has seen nothing" passes becomes
claim_restless 3 becomes 20

for i in 1 2 3 4 5 6 7 8; do
	victim "dies$i" 1 forks 1000
	move "dies$i" 2
	n1 "usleep $((i * 37000)); kill -KILL $(pid_of "dies$i")"
	finish "dies$i" || true
done
# Its children go on: they are killed when their first parent cannot be found.
n1 "killall -KILL forks; true"
claim "killed while it forks, it leaves no guest behind" \
	wait_for 20 no_guest_on 2
claim "and nothing at home" wait_for 20 n1 "! pidof forks"
for i in 2 3; do
	node $i tell /proc/mosix/admin/eager_kib 2048
done
