#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: descriptors, locks, sockets and waiting signals of a process are seen at
# home as they were, wherever its body is, and its locks hold against others.
#
#   n1 (home): /proc, fuser, flock      n2, n3: the body
#
# needs: flock fuser
# limit: 240
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

# What a time-out has left changes by itself.
descriptors() {
	n1 "cd /proc/$pid/fd && for fd in *; do
		echo \$fd \$(readlink \$fd); cat ../fdinfo/\$fd; done" |
		grep -v '^it_value'
}

locks() {
	n1 "grep -E ' $pid | -1 ' /proc/locks" | cut -d' ' -f2-
}

# Which sockets are whose, by the number of the inode.
sockets() {
	n1 "for n in \$(ls -l /proc/$pid/fd | sed -n 's/.*socket:\[\(.*\)\]/\1/p')
		do grep -hw \$n /proc/net/tcp /proc/net/udp /proc/net/unix; done" |
		sed 's/^ *[0-9]*: //'
}

signals() {
	n1 "grep -E '^(Sig(Pnd|Blk|Ign|Cgt)|ShdPnd)' /proc/$pid/status"
}

limits() {
	n1 "cat /proc/$pid/limits /proc/$pid/cgroup /proc/$pid/oom_score_adj;
		for l in /proc/$pid/cwd /proc/$pid/root /proc/$pid/ns/*; do
			readlink \$l || exit
		done"
}

# Without it, "not found" would do.
refuses() {
	n1 "flock -n /tmp true && ! flock -n $folder/flock true"
}

claim_victim holder 1 holder || exit 0
pid=$(pid_of holder)
folder=$(victim_dir holder)/folder.$pid
declare -A before
for what in descriptors locks sockets signals limits; do
	before[$what]=$($what)
done
echo "${before[@]}"
claim "there are locks of three kinds" test \
	"$(wc -l <<<"${before[locks]}")" -ge 3
claim "and sockets of three kinds" test \
	"$(wc -l <<<"${before[sockets]}")" = 3

for to in 2 3 home; do
	must "it moves to $to" move holder $to
	claim "$to: it goes on" goes_on holder
	for what in descriptors locks sockets signals limits; do
		assert_eq "$($what)" "${before[$what]}" "$to: the same $what"
	done
	claim "$to: its lock holds" refuses
	assert_match " $(n1 "fuser $folder/file") " "[[:space:]]${pid}[[:space:]]" \
		"$to: fuser finds it"
done
claim "it has seen nothing" passes holder
