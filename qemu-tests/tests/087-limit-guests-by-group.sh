#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: the guests of a node, and what they make, are in the control group
# mosix.slice if there is one, and its limits hold for them: no more come or are
# made than there may be, none takes memory or locks any that they may not have, and
# they have what is left of the CPUs; and whatever they do, its owner can work.
#
#   n1 (home) --> n2, which has /mosix.slice
#
# limit: 600
# nodes: 2
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

root=/tmp/cgroup group=/tmp/cgroup/mosix.slice

knob() { # FILE [VALUE]
	if (($# > 1)); then
		n2 "echo $2 >$group/$1"
	else
		n2 cat "$group/$1"
	fi
}
# PIDs on node 2 of the guests of node 1.
guests() {
	n2 "awk '\$3 == 1 { print \$7 }' /proc/mosix/processes"
}
# One after the other, where it still runs: a family makes and loses some meanwhile.
all_are_in_group() {
	local out
	out=$(n2 "awk '\$3 == 1 { print \$7 }' /proc/mosix/processes |
		while read -r pid; do
			where=\$(cat /proc/\$pid/cgroup 2>/dev/null) || continue
			case \$where in
			*mosix.slice*) ;;
			*) echo \"guest \$pid is in \$where\" ;;
			esac
		done")
	[[ ! $out ]] && return
	echo "$out"
	return 1
}
group_is_empty() {
	[[ ! $(knob cgroup.procs) ]]
}
has_guests() { # AT-LEAST
	(($(guests | wc -l) >= $1))
}
no_guest_of_bomb() { # but early
	(($(guests | wc -l) <= 1))
}
has_memory() { # MIB: in the group
	(($(knob memory.current) >= $1 << 20))
}
was_held() { # CONTROLLER EVENT
	(($(knob "$1.events" | awk -v e="$2" '$1 == e { print $2 }') > 0))
}
# Milliseconds of CPU that the group has had, and the owner's programs.
cpu_of_group() {
	knob cpu.stat | awk '$1 == "usage_usec" { print int($2 / 1000) }'
}
cpu_of_owner() {
	n2 "cat /proc/$(pid_of own1)/stat /proc/$(pid_of own2)/stat" |
		awk '{ n += $14 + $15 } END { print n * 10 }'
}
# share_for SECONDS: what both have had meanwhile, "GROUP OWNER"
share_for() {
	local guests owner
	guests=$(cpu_of_group)
	owner=$(cpu_of_owner)
	sleep "$1"
	echo $(($(cpu_of_group) - guests)) $(($(cpu_of_owner) - owner))
}
# So many programs, one after the other.
owner_works() { # PROGRAMS
	node -t $((20 * SLOW)) 2 "i=0; while [ \$i -lt $1 ]; do
		busybox true || exit 1; i=\$((i + 1)); done"
}
refuses() { # NAME ERROR
	local said
	said=$(tell "$1" goto 2) || true
	[[ $said == "$2" ]] && return
	echo "$1: $said"
	return 1
}

n2 "mkdir -p $root; mount -t cgroup2 none $root
	echo '+memory +pids +cpu' >$root/cgroup.subtree_control"
must "a victim goes while there is no group" victim early 1 heap
must "and is there" move early 2
n2 mkdir $group
claim "who is there already stays where he is" group_is_empty
claim "an admin may put him there" knob cgroup.procs "$(guests)"
claim "where he is then" all_are_in_group
claim "early goes on" goes_on early
claim "and comes home" move early home
claim "the group is empty again" wait_for 20 group_is_empty

# ---- where they are born ----
claim "it goes again" move early 2
claim "and is in the group" all_are_in_group
victim many 1 threads
claim "one with threads goes" move many 2
claim "and is there, too" all_are_in_group
claim_victim family 1 forks 1000
must "one that makes others goes" move family 2
claim "its children are there" wait_for 30 has_guests 4
claim "in the group" all_are_in_group
for name in many family early; do
	claim "$name goes on" goes_on $name
	claim "$name comes home" move $name home
done
claim "nobody is left in the group, no kernel thread either" \
	wait_for 20 group_is_empty
claim "many has seen nothing" passes many
claim "family has seen nothing" passes family

# ---- processes: who makes a body counts while it does ----
knob pids.max 2
victim second 1 heap
claim "of two, one goes" move early 2
claim "the other is refused" refuses second ECONNREFUSED
assert_match "$(about second last)" 'no room for another guest' "in words"
claim "it was the limit" was_held pids max
knob pids.max 3
claim "with room for one more it goes" move second 2
claim "second comes home" move second home
claim "second has seen nothing" passes second

knob pids.max 12
cat >"$TMP/bomb.sh" <<'S'
while [ ! -e /tmp/bomb.go ]; do :; done
i=0
while [ $i -lt 60 ]; do
	i=$((i + 1))
	(while [ ! -e /tmp/bomb.end ]; do :; done) &
done
wait
S
put 1 "$TMP/bomb.sh" /tmp/bomb.sh
n1 rm -f /tmp/bomb.go /tmp/bomb.end
start bomb 1 sh /tmp/bomb.sh
echo 1 >"$TMP/job/bomb.home"
tell bomb lock 1
must "who makes many processes goes" move bomb 2
knob pids.max 8
n1 touch /tmp/bomb.go
# Who does little else than making processes may go home for it instead.
bomb_is_held() {
	err_of bomb | grep -q 'Cannot fork' || [[ $(where bomb) == 1 ]]
}
claim "it cannot make as many as it likes" wait_for 60 bomb_is_held
claim "nor are there more than may be" test "$(knob pids.current)" -le 8
claim "meanwhile its owner can start programs" owner_works 20
n1 touch /tmp/bomb.end
finish bomb || true
claim "all of them end" wait_for 60 no_guest_of_bomb
knob pids.max max

# ---- CPUs: two of each, for two CPUs ----
claim "early comes home" move early home
for i in 1 2; do
	victim "burn$i" 1 burn
	tell "burn$i" lock 1
	must "burn$i goes" move "burn$i" 2
	start "own$i" 2 burn -t 10000
	n2 "tell /proc/$(pid_of "own$i")/mosix/lock 1" >/dev/null
done
knob cpu.weight 1
sleep 2
read -r guests own < <(share_for 10)
claim "guests of little weight leave the CPUs to its owner ($guests to $own ms)" \
	test $((guests * 5)) -le "$own"
knob cpu.weight 10000
sleep 2
read -r guests own < <(share_for 10)
claim "with much weight they do not ($guests to $own ms)" test "$guests" -ge "$own"
# He has a fiftieth of each CPU now, as he wished.
claim "and its owner can start programs" owner_works 2
knob cpu.weight 100
for i in 1 2; do
	stop_client "own$i"
	claim "burn$i comes home" move "burn$i" home
	claim "burn$i has seen nothing" passes "burn$i"
done

# ---- memory ----
knob memory.max 1M
claim "who needs more than there may be is refused" refuses early ENOMEM
knob memory.max max
victim big 1 bigmem 24
tell big lock 1
must "a large one goes" move big 2
claim "and takes its memory along" wait_for 60 has_memory 16
knob memory.max 8M
status=0
finish big $((60 * SLOW)) || status=$?
assert_eq "$status" 137 "who has more than there may be is killed"
claim "by that limit" was_held memory oom_kill
claim "nobody is left there" wait_for 20 group_is_empty
knob memory.max max

# Root at home may lock as much as it likes.
is_told() { # NAME TEXT
	out_of "$1" | grep -qx "$2"
}
victim hoard 1 hoard 24
tell hoard lock 1
must "one that locks memory goes" move hoard 2
n1 "touch $(victim_dir hoard)/go"
claim "it may lock some" wait_for 60 is_told hoard locked
claim "which is counted" has_memory 20
claim "it goes on" goes_on hoard
claim "and has seen nothing" passes hoard
victim hoard 1 hoard 24
tell hoard lock 1
must "another one goes" move hoard 2
knob memory.max 8M
n1 "touch $(victim_dir hoard)/go"
status=0
finish hoard $((60 * SLOW)) || status=$?
assert_eq "$status" 137 "one that locks more than there may be is killed"
claim_not "it did not say that it has it" is_told hoard locked
claim "its owner can start programs" owner_works 20
claim "nobody is left there" wait_for 20 group_is_empty
knob memory.max max
claim "early goes, as before" move early 2
claim "comes home" move early home
claim "and has seen nothing" passes early

n2 "rmdir $group && echo '-memory -pids -cpu' >$root/cgroup.subtree_control &&
	umount $root && rmdir $root"
forgive 2
