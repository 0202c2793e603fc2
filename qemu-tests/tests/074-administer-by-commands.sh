#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: the commands do on real nodes what they say: a cluster is set up and
# joined, watched, steered, drained and left with nothing else.
#
#   n1 (setup, home of all) -- n2, n3 (join)
#
# limit: 400
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"

make -s -C "$TOP/tools" OUT="$TMP/tools" LDFLAGS="-static -s" all 2>"$TMP/make.log" ||
	{ cat "$TMP/make.log"; exit 1; }
for i in 1 2 3; do
	for tool in "$TMP"/tools/*; do
		[[ ! -f $tool ]] || put "$i" "$tool" "/bin/${tool##*/}"
	done
	node "$i" "cp -r /etc/mosix /tmp/mosix.before 2>/dev/null
		cat /proc/mosix/config >/tmp/map.before"
done

status_has() { # I REGEX
	node "$1" mosctl status | grep -qE -- "$2"
}
all_up() { # I
	[[ $(node "$1" mosctl whois | wc -l) == 3 ]] &&
		node "$1" "mosctl isup 1 && mosctl isup 2 && mosctl isup 3"
}
fails_with() { # STATUS REGEX I COMMAND: what it says must match
	local status=0

	node "$3" "$4" >"$TMP/said" 2>&1 || status=$?
	[[ $status == "$1" ]] && grep -qE -- "$2" "$TMP/said" && return
	echo "status $status: $(cat "$TMP/said")"
	return 1
}
json_of() { # I COMMAND EXPRESSION: of what it prints, as d
	node "$1" "$2" | python3 -c '
import json, sys
d = json.load(sys.stdin)
print(eval(sys.argv[1]))' "$3"
}
on() { # PID NODE
	[[ $(n1 cat "/proc/$1/mosix/where") == "$2" ]]
}

has_guest() { # I
	[[ $(node "$1" mosps -n --guests) ]]
}

# ---- setup and join ----
for i in 1 2 3; do
	node "$i" "mosctl leave; rm -rf /etc/mosix"
done
claim "a node that left says so" status_has 1 '^no node map is set'
n1 mosctl setup 10.77.0.1 10.77.0.2 10.77.0.3
n1 "rm /etc/mosix/key; (umask 077; echo insecure >/etc/mosix/key)"
get 1 /etc/mosix/map "$TMP/map"
for i in 2 3; do
	node "$i" "mkdir -p /etc/mosix; (umask 077; echo insecure >/etc/mosix/key)"
	put "$i" "$TMP/map" /etc/mosix/map
done
for i in 1 2 3; do
	claim "n$i joins with the map that all have" node "$i" mosctl join
	claim "and is node $i" status_has "$i" "^this is node $i\$"
done
claim "all see each other" wait_for 30 all_up 1
claim "status tells that links are in clear" status_has 1 'INSECURE'
assert_eq "$(json_of 1 'mosctl --json status' '[n["node"] for n in d["nodes"]]')" \
	"[1, 2, 3]" "as JSON, too"
n1 "printf 'node 1 10.77.0.1\nnode 2 10.77.0.2\nnode 2 10.77.0.3\n' >/tmp/bad"
claim "a map with an id twice is refused with its line" \
	fails_with 1 'bad:3: node 2 is in line 2' 1 "mosctl config /tmp/bad"
claim "and changes nothing" all_up 1
claim "the kernel refuses a bad value" fails_with 1 'Invalid argument' 1 \
	"mosctl set block 7"
claim "or one that is no tunable" fails_with 1 'no such tunable' 1 \
	"mosctl set nonsense 1"

# ---- who may ----
claim "a user may look" n1 as 1000 mosctl status
claim "but not tune" fails_with 1 'Permission denied' 1 "as 1000 mosctl block"
n1 "printf 'reserve_kib 20480\nadmins user\n' >/etc/mosix/settings"
claim "joining again takes settings" n1 mosctl join
assert_eq "$(n1 mosctl get reserve_kib)" 20480 "a value"
claim "and the group that may tune" n1 as 1000 mosctl block
claim "whose members do" wait_for 10 status_has 2 '^1 up,block'
claim "others do not" fails_with 1 'Permission denied' 1 "as 1001 mosctl noblock"
n1 as 1000 mosctl noblock
claim "nor may the group have the key" fails_with 1 'Permission denied' 1 \
	"echo insecure | as 1000 mosctl key -"

# ---- what may move by default ----
put 1 "$TOP/tools/debian/policy" /tmp/policy
put 1 "$TOP/tools/debian/policy.conf" /tmp/policy.conf
n1 "sh /tmp/policy boot /tmp/policy.conf"
assert_eq "$(n1 cat /proc/1/mosix/lock)" 1 "the policy locks the first process"
assert_eq "$(n1 'echo 1 >/proc/self/mosix/lock; sh -c "cat /proc/self/mosix/lock"')" \
	1 "children inherit that"
assert_eq "$(n1 'echo 1 >/proc/$$/mosix/lock
	PAM_USER=user sh /tmp/policy session /tmp/policy.conf
	sh -c "cat /proc/self/mosix/lock"')" 0 "a session is free of it"
n1 "echo 0 >/proc/1/mosix/lock"

# ---- start, look, steer ----
for i in 1 2 3; do
	node "$i" mosctl stay
done
start load 1 mosrun -J night -n 2 mostestload -t 1000 -m 4 -y 5
pid=$(pid_of load)
claim "mosrun -n starts it there" wait_for 30 on "$pid" 2
claim "mosps has it" grep -qE "^ *$pid +2 +1 " <(n1 mosps)
assert_eq "$(json_of 1 'mosps --json -J night' '[(p["pid"], p["where"]) for p in d]')" \
	"[($pid, 2)]" "by its job, too"
claim "on its host it is a guest" grep -qE ' +2 +1 ' <(n2 mosps --guests)
claim "mostop has it" grep -qE "^ *$pid .* 2 +1 +1 " <(n1 mostop --batch)
claim "mosctl why tells where" grep -q "on node 2, away" <(n1 mosctl why "$pid")
claim "and that automatic moves are off" grep -q "automatic moves are off" \
	<(n1 mosctl why "$pid")
claim "mosmetrics counts it" grep -qx "mosix_processes_away 1" <(n1 mosmetrics)
claim "migrate takes it on" n1 migrate "$pid" 10.77.0.3
claim "and it is there" on "$pid" 3
claim "by job it goes home" n1 migrate -j night home
claim "and it is there" on "$pid" 1
claim "another user may not" fails_with 1 'not allowed' 1 \
	"as 1001 migrate $pid 2"
claim "a node that there is not" fails_with 1 'no such node' 1 \
	"migrate $pid 77"
n2 mosctl block
claim "a node that blocks says why" fails_with 1 'blocked for guests' 1 \
	"migrate $pid 2"
# Node 1 was told by the node that it asked; loads are told once a second.
best_other_is() {
	[[ $(n1 mosbestnode -o) == "$1" ]]
}
claim "mosbestnode hears of it" wait_for 10 best_other_is 3
n2 mosctl noblock
n1 "taskset -p 1 $pid >/dev/null"
claim "what is pinned says what helps" grep -q "taskset --all-tasks" \
	<(n1 mosctl why "$pid")
n1 "taskset -p ff $pid >/dev/null"
# It looks now and then: it may have been elsewhere in between.
load_says() {
	out_of load | grep -q -- "$1"
}
claim "mostestload tells its moves" wait_for 20 load_says "moved to node 1"

# ---- drain ----
n1 migrate "$pid" 2
start guest 3 mosrun -n 1 mostestload -t 1000
guest=$(pid_of guest)
claim "a guest comes" wait_for 30 has_guest 1
claim "drain ends when nothing is left" n1 mosctl --timeout 60 drain
claim "what was away is home" on "$pid" 1
assert_eq "$(n3 cat "/proc/$guest/mosix/where")" 3 "the guest is at its home"
claim "all see that it takes none" wait_for 10 status_has 2 '^1 up,block,stay'
claim "and that it is about to leave" wait_for 10 status_has 2 '^1 up[a-z,]*,leaving'
n1 mosctl undrain
n1 migrate "$pid" 2
claim "shutdown drains and leaves" n1 mosctl --timeout 60 shutdown
claim "it is no node any more" status_has 1 '^no node map is set'
claim "with its process at home" grep -q "no node map is set here" \
	<(n1 mosctl why "$pid")
claim "join has it back" n1 mosctl join
claim "unblocked" wait_for 30 status_has 2 '^1 up [0-9]'
n1 migrate "$pid" 2
claim "moskillall ends a job that is away" n1 moskillall -J night
status=0
finish load || status=$?
assert_eq "$status" 143 "by SIGTERM"
n3 "kill $guest"
finish guest || true

# ---- as it was ----
for i in 1 2 3; do
	node "$i" "mosctl undrain; mosctl set reserve_kib 16384
		rm -rf /etc/mosix; [ ! -e /tmp/mosix.before ] ||
			mv /tmp/mosix.before /etc/mosix
		cat /tmp/map.before >/proc/mosix/config"
done
claim "all are back" wait_for 30 all_up 1
