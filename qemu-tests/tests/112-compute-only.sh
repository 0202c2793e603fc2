#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a guest does nothing on its host but compute, whatever it calls and whoever it
# is at home; every call says what it says at home; and guests of different homes that
# have the same PID never meet.
#
#   n1, n3 (homes): root makes every call of the kernel, and some more, --> n2, of
#   which everything that one could change is looked at before and after
#
# What is not tried: programs/everycall.c. SEED is that of the wild arguments.
#
# limit: 1500
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

parts=4
seed=${SEED-1}

# Calls of which what they return says when they were made, or how far others were.
# A hole: the number and the set, as in a report.
may_differ='^$'

home_of_part() {
	echo $((1 + $1 % 2 * 2))
}

# every HOW [OPTIONS]: all parts at once, two on each home; reports are HOW.PART
every() {
	local how=$1 part status=0 home
	shift
	for ((part = 0; part < parts; part++)); do
		home=$(home_of_part $part)
		node "$home" "rm -rf /tmp/every$part*; mkdir /tmp/every$part"
		start "$how$part" "$home" sh -c "'echo 1 >/proc/self/mosix/lock
			exec everycall $* -p $parts -i $part -s $seed \
				-l $((3000 * SLOW)) /tmp/every$part \
				/tmp/every$part.report'"
	done
	for ((part = 0; part < parts; part++)); do
		finish "$how$part" $((600 * SLOW)) || status=$?
		out_of "$how$part"
		err_of "$how$part"
		get "$(home_of_part $part)" "/tmp/every$part.report" "$TMP/$how.$part"
	done
	sort "$TMP/$how".[0-9] >"$TMP/$how"
	return $status
}

# What a guest could have changed on node I.
state_of() {
	node "$1" 'exec 2>/dev/null
	cat /proc/sys/kernel/hostname /proc/sys/kernel/domainname
	cat /proc/modules /proc/mounts /proc/swaps /proc/sysvipc/*
	echo keys; awk "{ print \$1, \$5, \$6, \$7, \$8, \$9 }" /proc/keys
	echo sockets
	for f in tcp tcp6 udp udp6 raw packet; do
		awk -v f=$f "\$2 !~ /:1C44\$/ && \$3 !~ /:1C44\$/ && \$4 != \"06\" {
			print f, \$2, \$3, \$4 }" /proc/net/$f
	done
	wc -l </proc/net/unix; wc -l </proc/net/netlink
	echo limits; cat /proc/1/limits
	echo groups; find /sys/fs/cgroup -type d
	echo processes
	for p in /proc/[0-9]*; do
		[ "$(readlink $p/exe)" ] || continue
		echo "$(cat $p/comm) $(awk "/^Uid/ { print \$2 }" $p/status)"
	done | grep -vE "^(agent|sh|dash|busybox|sort|find|awk|cat|wc|grep|md5sum) " | sort
	echo settings
	find /proc/sys -type f ! -path "*/random/*" ! -path "*/fs/dentry-state" \
		! -path "*/fs/inode-*" ! -path "*/fs/file-nr" ! -name ns_last_pid \
		! -path "*/pty/nr" ! -path "*/fs/aio-nr" \
		! -name stat_refresh | sort |
		while read -r f; do echo "$f $(cat $f)"; done
	echo files
	find / -xdev | grep -vE "^/(proc|sys|dev|tmp)$" | xargs ls -lnd | sort | md5sum
	find /bin /sbin /etc /usr /tmp /dev/shm /dev/mqueue -xdev -type f | sort |
		xargs md5sum | md5sum
	find /dev | sort'
}

# Seconds that the wall clock is ahead of the time since boot.
clock_of() {
	echo $(($(node "$1" date +%s) - $(node "$1" cut -d. -f1 /proc/uptime)))
}

guests_seen() {
	n2 "grep -c ' [13] 2 ' /proc/mosix/processes" || true
}

watch_guests() {
	local most=0 now
	while [[ ! -e $TMP/watched ]]; do
		now=$(guests_seen)
		((now <= most)) || most=$now
		echo "$most" >"$TMP/most"
		sleep 1
	done
}

near() {
	(($1 - $2 >= -2 && $1 - $2 <= 2))
}

nothing_left() {
	node "$1" "grep -qx 'guests 0' /proc/mosix/info &&
		grep -qx 'away 0' /proc/mosix/info && ! ps | grep -q '[m]osix_[rt]x'"
}

# ---- every call ----
claim "at home every call is tried" every home
n2 true
state_of 2 >"$TMP/before"
clock=$(clock_of 2)
victim other 3 heap
must "a guest that has nothing to do with it is there" move other 2
watch_guests &
watcher=$!
claim "away every call is tried" every away -o 2
: >"$TMP/watched"
wait $watcher || true
claim "its makers were seen on node 2 ($(cat "$TMP/most") at once)" \
	test "$(cat "$TMP/most")" -ge 2
claim "the other guest goes on" goes_on other
claim "and has seen nothing" passes other
for i in 1 2 3; do
	claim "nothing of them is left on node $i" wait_for 60 nothing_left $i
done
state_of 2 >"$TMP/after"
claim "node 2 is what it was" diff "$TMP/before" "$TMP/after"
claim "so is its clock" near "$(clock_of 2)" "$clock"
# Number 170 is one of the third part.
assert_match "$(out_of away2)" 'here it is everycall' \
	"what a call was to change is changed at home"
for i in 1 2 3; do
	assert_eq "$(node $i hostname)" "n$i" "and for those there alone: node $i"
done

awk '{ print $1 }' "$TMP/home" | sort -u >"$TMP/numbers"
awk '$3 == "away" { print $1 }' "$TMP/away" | sort -u |
	comm -23 "$TMP/numbers" - >"$TMP/stayed"
paste -sd' ' "$TMP/stayed"
claim "each of $(wc -l <"$TMP/numbers") numbers was tried away" \
	test "$(wc -l <"$TMP/numbers")" -ge 490 -a ! -s "$TMP/stayed"
awk '{ n[$3]++ } END { for (i in n) print n[i], i }' "$TMP/away"
cut -d' ' -f1,2,4- "$TMP/home" | grep -Ev "$may_differ" | sort >"$TMP/home.said"
cut -d' ' -f1,2,4- "$TMP/away" | grep -Ev "$may_differ" | sort >"$TMP/away.said"
claim "each of $(wc -l <"$TMP/away.said") tries says what it says at home" \
	diff "$TMP/home.said" "$TMP/away.said"

# ---- two homes, one PID ----
pid=20001
same_pid() { # NAME HOME
	claim "PID $pid of node $2 starts" victim "$1" "$2" sigs
	assert_eq "$(pid_of "$1")" $pid "which is its PID"
	tell "$1" lock 1
	must "it is on node 2" move "$1" 2
}
launch_by aspid $pid
same_pid one 1
same_pid two 3
launch_by
assert_eq "$(n2 "awk '\$1 == $pid { print \$3 }' /proc/mosix/processes" | sort |
	paste -sd' ')" "1 3" "node 2 has both"
assert_eq "$(n2 "awk '\$1 == $pid { print \$7 }' /proc/mosix/processes" | sort -u |
	wc -l)" 2 "under two PIDs of its own"
assert_eq "$(about one home) $(about two home)" "1 3" "each home has its own"
claim "both send signals to themselves by their PID: one goes on" goes_on one
claim "and so does two" goes_on two
n1 kill -STOP $pid
claim "one, stopped by its PID, stands still" wait_for 20 \
	n1 grep -q '^State:.*T' /proc/$pid/status
claim "two does not" goes_on two
n1 kill -CONT $pid
claim "one goes on" goes_on one
n1 kill -KILL $pid
status=0
finish one $((60 * SLOW)) || status=$?
assert_eq "$status" 137 "one, killed by its PID, ends"
claim "it is gone from node 2" wait_for 20 n2 "! grep -q '^$pid [^ ]* 1 ' \
	/proc/mosix/processes"
n1 rm -rf "$(victim_dir one)"
claim "two goes on" goes_on two
claim "and has seen nothing" passes two
