#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: when a host dies its guests end at home, which learns it within seconds, with
# a status and a line in the log that say so; when a home dies its guests are gone from
# every host within seconds, with all that they held; one that stands still for good
# is as dead, and when it goes on nobody runs twice; and a node that is shut down sends
# its guests away and has its own at home before, so that nobody is lost.
#
#   a host dies:       n1 (home) -- n2 (dies)    n3: its other host
#   a home dies:       n2 (home, dies) -- n1, n3: its hosts
#   one stands still:  n1 (home) -- n2 (stopped, then continued)
#   one is shut down:  n2, a host and a home -- n1, n3
#
# limit: 1100
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

# A link is given up link_timeout_s and 5 s, seen once a second, after the last sign of
# life; the rest is the test's way.
most_s=$((36 + 8 * SLOW))
now_ms() {
	echo $((${EPOCHREALTIME//[!0-9]/} / 1000))
}
since() { # MS: in seconds and tenths
	local ms=$(($(now_ms) - $1))
	echo "$((ms / 1000)).$((ms / 100 % 10))"
}
goes() { # NAME HOME TO PROGRAM ARGS...
	local name=$1 home=$2 host=$3
	shift 3
	must "$name starts on node $home" victim "$name" "$home" "$@"
	must "$name goes to node $host" move "$name" "$host"
	claim "$name goes on there" goes_on "$name"
}
up_again() { # I
	boot_node "$1"
	wait_node "$1" && wait_for 60 all_up
}
all_up() {
	local i
	for ((i = 1; i <= NODES; i++)); do
		(($(node "$i" "grep -c ' up' /proc/mosix/vector") == NODES)) || return 1
	done
}
guests_of() { # I HOME
	node "$1" "awk 'NR > 1 && \$3 == $2 { n++ } END { print n + 0 }' \
		/proc/mosix/processes"
}
no_guest_of() { # I HOME
	(($(guests_of "$1" "$2") == 0))
}
# What node I has for others: processes, kernel threads of links and of guests'
# namespaces, sockets of links, MiB that are in use.
held_by() {
	node "$1" 'echo "guests $(grep -x "guests .*" /proc/mosix/info | cut -d" " -f2)"
		echo "records $(($(wc -l </proc/mosix/processes) - 1))"
		echo "links $(ps | grep -c "[m]osix_[rt]x")"
		echo "sockets $(awk "\$2 ~ /:1C44\$/ || \$3 ~ /:1C44\$/ {
			n += \$4 == \"01\" } END { print n + 0 }" /proc/net/tcp)"
		echo "bodies $(cat /proc/[0-9]*/comm 2>/dev/null |
			grep -cxE "heap|forks|threads|bigmem|burn|sigs")"'
}
memory_of() { # I: MiB that nobody uses
	node "$1" "awk '/^MemAvailable/ { print int(\$2 / 1024) }' /proc/meminfo"
}
is_as_before() { # I
	held_by "$1" | diff "$TMP/held.$1" - >"$TMP/held.diff"
}
has_memory_again() { # I
	(($(memory_of "$1") >= free[$1] - 16))
}
gave_memory() { # I MIB
	(($(memory_of "$1") <= free[$1] - $2))
}
lost_line() { # NAME NODE: in the log of node 1
	n1 "dmesg |
		grep -q 'mosix: process $(pid_of "$1") (.*) is lost: link to node $2:'"
}
must "each node hears of the others" wait_for 60 all_up
for i in 1 3; do
	node $i tell /proc/mosix/admin/eager_kib 0 >/dev/null
	held_by $i >"$TMP/held.$i"
done

# ---- a host dies ----
goes computes 1 2 burn
goes talks 1 2 files
goes fetches 1 2 bigmem 32
goes threads 1 2 threads
goes stands 1 2 heap
n1 kill -STOP "$(pid_of stands)"
goes elsewhere 1 3 heap
crash_node 2
began=$(now_ms)
for name in computes talks fetches threads stands; do
	status=0
	# Who is stopped learns of it when it is continued, as of any signal but one.
	[[ $name != stands ]] || n1 kill -CONT "$(pid_of stands)" || true
	finish "$name" $((3 * most_s)) || status=$?
	took=$(since "$began")
	assert_eq "$status" 137 "$name ends as if killed, $took s after its host died"
	claim "that is soon enough" test "${took%.*}" -le "$most_s"
	claim "the log says that $name is lost, and why" lost_line "$name" 2
done
claim "who is elsewhere goes on" goes_on elsewhere
claim "comes home" move elsewhere home
claim "and has seen nothing" passes elsewhere
claim "node 1 has nothing of it left" wait_for 30 is_as_before 1
cat "$TMP/held.diff"
claim "and takes node 2 for down" wait_for 30 \
	n1 grep -q '^down' /proc/mosix/nodes/2/status
must "node 2 boots again, and all hear of it" up_again 2
claim "it can be a host again" victim again 1 heap
claim "a process goes there" move again 2
claim "and home" move again home
claim "and has seen nothing" passes again

# ---- a home dies ----
free=([1]=$(memory_of 1) [3]=$(memory_of 3))
n2 tell /proc/mosix/admin/eager_kib 0 >/dev/null
goes burn 2 1 burn
goes bigmem 2 1 bigmem 48
goes forks 2 1 forks 1000
goes threads 2 3 threads
goes sigs 2 3 sigs
goes heap 2 3 heap
claim "one is stopped" n2 kill -STOP "$(pid_of heap)"
goes bystander 1 3 heap
claim "node 1 has guests of node 2" test "$(guests_of 1 2)" -ge 3
claim "so has node 3" test "$(guests_of 3 2)" -ge 3
claim "and their memory" wait_for 60 gave_memory 1 32
# With a body on node 1 that it has not said yet whose it is.
is_dead() {
	! (ON_LIMIT=2 node "$1" true)
}
# A child may be due: then it dies before it has said that it will.
n2 tell /proc/mosix/inject "'send:ADOPT panic'" >/dev/null || true
began=$(now_ms)
claim "their home dies as it adopts a child" wait_for 30 is_dead 2
crash_node 2
for i in 1 3; do
	claim "node $i is rid of its guests" wait_for 60 no_guest_of $i 2
	took=$(since "$began")
	claim "$took s after their home died, soon enough" \
		test "${took%.*}" -le "$most_s"
done
for name in burn bigmem forks threads sigs heap; do
	stop_client $name
done
claim "who has another home goes on" goes_on bystander
claim "comes home" move bystander home
claim "and has seen nothing" passes bystander
for i in 1 3; do
	claim "node $i has nothing of them left" wait_for 30 is_as_before $i
	cat "$TMP/held.diff"
	claim "nor their memory" wait_for 30 has_memory_again $i
done
must "node 2 boots again, and all hear of it (2)" up_again 2

# ---- a host stands still for good ----
qemu() { # SIGNAL
	kill "-$1" "$(cat "$CLUSTER/qemu.2.pid")"
}
goes stuck 1 2 heap
victim later 1 heap
# It is no fault of that kernel that it had no CPU.
n2 'echo 1 >/sys/module/rcupdate/parameters/rcu_cpu_stall_suppress' || true
qemu STOP
began=$(now_ms)
assert_eq "$(ON_LIMIT=$((4 * most_s)) tell later goto 2 || true)" EHOSTUNREACH \
	"nobody can go there"
took=$(since "$began")
claim "which is known after $took s" test "${took%.*}" -le $((most_s + 20))
claim "who wanted to go goes on" goes_on later
status=0
finish stuck $((3 * most_s)) || status=$?
took=$(since "$began")
assert_eq "$status" 137 "who is there ends as if killed, after $took s"
claim "the log says so" lost_line stuck 2
qemu CONT
must "node 2 goes on" wait_for 120 n2 true
# It has not looked meanwhile, and hears an RST at most: so it waits for its home.
claim "and has no guest that its home has given up" \
	wait_for $((most_s + 10)) no_guest_of 2 1
claim "all hear of it again" wait_for 60 all_up
forgive 2
claim "it can be a host again" move later 2
claim "who goes there goes on" goes_on later

# ---- a guest stands still for good: its home can wait, or kill it ----
slice=/sys/fs/cgroup/mosix.slice
claim "it comes home" move later home
n2 mkdir $slice
claim "it goes into the guests' group" move later 2
claim "which is frozen" n2 "echo 1 >$slice/cgroup.freeze"
sleep 2
before=$(rounds later)
sleep 5
assert_eq "$(rounds later)" "$before" "there it stands still"
n1 kill -KILL "$(pid_of later)"
status=0
finish later $((60 * SLOW)) || status=$?
assert_eq "$status" 137 "killed at home it ends all the same"
claim "on its host, too" wait_for 30 no_guest_of 2 1
n2 "echo 0 >$slice/cgroup.freeze; rmdir $slice"

# ---- one is shut down ----
make -s -C "$TOP/tools" OUT="$TMP/tools" LDFLAGS=-static all 2>"$TMP/make.log" ||
	{ cat "$TMP/make.log"; exit 1; }
put 2 "$TMP/tools/mosctl" /bin/mosctl
goes guest1 1 2 heap
goes guest3 3 2 burn
goes own1 2 1 heap
goes own3 2 3 files
# As mosix.service has it when the machine goes down.
claim "node 2 shuts down" n2 mosctl --timeout 60 shutdown
claim "guest1 is at home" is_on guest1 1
claim "guest3 is at home" is_on guest3 3
for i in 1 3; do
	claim "node $i has no guest of it" no_guest_of $i 2
done
for name in own1 own3; do
	claim "its own $name, at home, goes on" goes_on $name
	claim "and has seen nothing" passes $name
done
lost=$(n1 dmesg | grep -c 'is lost: link to' || true)
crash_node 2
for name in guest1 guest3; do
	claim "$name goes on without it" goes_on $name
	claim "and has seen nothing" passes $name
done
assert_eq "$(n1 dmesg | grep -c 'is lost: link to' || true)" "$lost" "nobody was lost"
must "node 2 boots again, and all hear of it (3)" up_again 2
for i in 1 3; do
	node $i tell /proc/mosix/admin/eager_kib 2048 >/dev/null
done
