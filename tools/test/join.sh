# shellcheck shell=bash disable=SC2154 # variables of check.sh
# SPDX-License-Identifier: GPL-2.0-only
# Joining by one contact, between hosts that are network namespaces on a bridge;
# their kernels are made up, and take each map.

. "$here/net.sh"
net=10.9.0

# As a kernel does: it is who its map says that it is.
settle() { # I...
	local i

	for i; do
		sed -n '1s/^self //p' "$(h "$i")/proc/mosix/config" \
			>"$(h "$i")/proc/mosix/self"
	done
}
map_of() { # I
	grep -v '^#' "$(h "$1")/etc/map"
}
serial() { # I
	map_of "$1" | sed -n 's/^serial //p'
}
id_in() { # I J: id that the map of host I gives to host J
	map_of "$1" | sed -n "s/^node \([0-9]*\) $net\.$2:.*/\1/p"
}
same_maps() { # I...
	local i

	for i; do
		diff <(map_of "$1") <(map_of "$i") || return
	done
}
in_kernel() { # I J: does the kernel of host I know host J?
	grep -q " $net\.$2:7236" "$(h "$1")/proc/mosix/config"
}
all_different() { # I...: in the map of host I each of them has an id of its own
	[ "$(for i; do id_in "$1" "$i"; done | sort -u | wc -l)" = $# ]
}
give_key() { # I...
	local i

	for i; do
		install -m 600 "$(h 1)/etc/key" "$(h "$i")/etc/key"
	done
}

make_hosts "joining by one contact" 1 2 3 4 5 6 7 8 || return 0

# ---- one after the other ----
claim "the first node is set up" runs 0 ctl 1 setup $net.1
claim "joins" runs 0 ctl 1 join
settle 1
claim "and answers" listens 1
give_key 2 3
claim "the second joins by the first" runs 0 ctl 2 join --contact $net.1
settle 2
claim "with the id behind" test "$(id_in 2 2)" = 2
claim "both have the same map" same_maps 1 2
claim "one more than before" test "$(serial 1)" = 2
claim "which its kernel has" in_kernel 2 1
claim "and that of the first" in_kernel 1 2
claim "its map is no secret" test "$(stat -c %a "$(h 2)/etc/map")" = 644
claim "it answers, too" listens 2
knows 1 1 2
knows 2 1 2
claim "a third joins by the second" runs 0 ctl 3 join --contact=$net.2
settle 3
claim "as node 3" test "$(id_in 3 3)" = 3
claim "the first was told" same_maps 1 2 3
claim "and its kernel" in_kernel 1 3
claim "joining again changes nothing" runs 0 ctl 3 join --contact $net.1
claim "it is who it was" test "$(id_in 3 3) $(serial 3)" = "3 3"
claim "stay goes with it" runs 0 ctl 3 join --contact $net.1 stay
claim "no automatic moves then" test "$(cat "$(h 3)/proc/mosix/admin/stay")" = 1
listens 3
for i in 1 2 3; do
	knows "$i" 1 2 3
done

# ---- another address of the contact ----
in_host 1 ip addr add 10.8.0.1/24 dev eth0
in_host 3 ip addr add 10.8.0.3/24 dev eth0
claim "who is a node already is not one more by another network" \
	runs 1 ctl 3 join --contact 10.8.0.1
claim "and told where to ask" says err "10.8.0.1 refuses: ask at an address that the map"
claim "nothing changed by that" test "$(serial 1) $(serial 3)" = "3 3"

# ---- the key ----
claim "without a key nobody joins" runs 1 ctl 4 join --contact $net.1
claim "and is told why" says err "there is no key here"
printf '%064d\n' 7 >"$tmp/other"
printf '# ours\n%s\n' "$(cat "$(h 1)/etc/key")" >"$tmp/given"
install -m 600 "$tmp/other" "$(h 4)/etc/key"
claim "nor with another" runs 1 ctl 4 join --contact $net.1
claim "and is told that" says err "10.9.0.1: it has another key"
claim "a key that is there is not replaced" runs 1 ctl 4 join --contact $net.1 \
	--key "$tmp/given"
claim "which is said" says err "is another key: remove it first"
rm "$(h 4)/etc/key"
echo "no key" >"$tmp/no.key"
claim "what is no key is refused" runs 1 ctl 4 join --contact $net.1 --key "$tmp/no.key"
claim "and not kept" test ! -e "$(h 4)/etc/key"
claim "nobody is a node by that" test "$(serial 1)" = 3
echo "node 9 192.0.2.1" >"$(h 4)/etc/map"
claim "with the key of a file it joins" runs 0 ctl 4 join --contact $net.1 \
	--key "$tmp/given"
settle 4
claim "the key is there for the next boot" \
	test "$(stat -c %a "$(h 4)/etc/key")" = 600
claim "a map that was the admin's is put aside" \
	grep -qx "node 9 192.0.2.1" "$(h 4)/etc/map.old"
claim "all know it" same_maps 1 2 3 4
claim "nobody answers where nobody is" runs 1 ctl 4 join --contact $net.99
claim "a contact that is no host" runs 1 ctl 4 join --contact no-such.invalid
claim "--key wants a contact" runs 2 ctl 4 join --key "$tmp/given"
claim "other words are wrong" runs 2 ctl 4 join --contact $net.1 now
listens 4
for i in 1 2 3 4; do
	knows "$i" 1 2 3 4
done

# ---- strangers ----
stranger() { # TEXT: what it gets to read, in hex, within 2 s
	in_host 5 python3 -c '
import socket, sys
s = socket.create_connection((sys.argv[1], 7237), 5)
s.settimeout(2)
got = b""
try:
    s.sendall(sys.argv[2].encode() * 9)
    while True:
        part = s.recv(4096)
        if not part:
            break
        got += part
except OSError:
    pass
print(len(got), got.count(b"node"))' $net.1 "$1"
}
claim "a stranger gets a challenge, and no more" \
	test "$(stranger 'join 10.9.0.5 or something else')" = "68 0"
claim "nor who says nothing" test "$(stranger '')" = "68 0"
claim "nothing changed by that" test "$(serial 1)" = 4

# ---- who is out of descriptors for a while ----
give_key 5 6 7
claim "it listens" listens 7 sh -c 'ulimit -S -n 6; exec "$@"' sh
in_host 7 bash -c 'exec 3<>/dev/tcp/127.0.0.1/7237
	timeout 10 head -c 68 <&3 | wc -c' >"$tmp/waits" &
waits=$!
sleep 1
challenged() {
	wait "$waits" && [ "$(cat "$tmp/waits")" = 68 ]
}
claim "may have some again" prlimit --pid "${listeners[-1]}" --nofile=64:
claim "and answers who waited" challenged
kill "${listeners[-1]}"

# ---- two at once, by different contacts ----
ctl 5 join --contact $net.1 >"$tmp/join.5" 2>&1 &
one=$!
ctl 6 join --contact $net.2 >"$tmp/join.6" 2>&1 &
other=$!
both_are_in() {
	wait "$one" && wait "$other"
}
claim "two nodes join at once" both_are_in
settle 5 6
listens 5
listens 6
for i in 1 2 3 4 5 6; do
	knows "$i" 1 2 3 4 5 6
done
all_sync() { # I...
	local i

	for i; do
		ctl "$i" sync all || return
		settle "$i"
	done
}
# Who is not in the map that it hears of asks when it has answered.
converge() { # I...
	local i

	for ((i = 0; i < 10; i++)); do
		all_sync "$@" || return
		! same_maps "$@" || break
	done
	same_maps "$@" && all_different "$@"
}
claim "soon all have one map, and each an id" runs 0 converge 1 2 3 4 5 6

# ---- the same while the contacts do not hear of each other ----
for i in 1 2 3 4 5 6; do
	knows "$i"
done
claim "one joins on one side" runs 0 ctl 7 join --contact $net.1
give_key 8
claim "and one on the other" runs 0 ctl 8 join --contact $net.2
claim "with the same id" test "$(id_in 7 7)" = "$(id_in 8 8)"
settle 7 8
listens 7
listens 8
for i in 1 2 3 4 5 6 7 8; do
	knows "$i" 1 2 3 4 5 6 7 8
done
claim "together again, all have one map, and each an id" runs 0 converge 1 2 3 4 5 6 7 8

# ---- nobody knows it any more ----
for i in 1 2 3 4 5 6 8; do
	sed -i "s/^serial .*/serial 30/; /$net\.7:/d" "$(h "$i")/etc/map"
done
knows 7
claim "a node that no map has asks those that it knew" runs 0 ctl 7 sync
settle 7
claim "and is in it again" test -n "$(id_in 1 7)"
claim "with what changed" converge 1 2 3 4 5 6 7 8
knows 7 1 2 3 4 5 6 7 8
install -m 600 "$tmp/other" "$(h 7)/etc/key"
claim "a node whose key is another has no map of the others" runs 1 ctl 7 sync
claim "which is said" says err "node [0-9]+ has another key"
give_key 7

# ---- at boot ----
cp "$(h 1)/etc/map" "$tmp/map.now"
sed -i "s/^serial .*/serial 2/; /$net\.[3-8]/d" "$(h 2)/etc/map"
claim "a node that was away joins" runs 0 ctl 2 join
claim "and says whose map it has" says err "the map of $net\.[0-9]+ is taken"
claim "and has what changed meanwhile" same_maps 1 2
settle 2
sed -i '/^serial/d' "$(h 2)/etc/map"
claim "a map without a serial is the admin's" runs 0 ctl 2 join
claim "and stays as it is" test -z "$(serial 2)"
claim "who joins there is refused" runs 1 ctl 3 join --contact $net.2
claim "and told why" says err "$net.2 refuses: the map here has no line 'serial 1'"
claim "what others tell is not taken" runs 1 ctl 3 sync all
cp "$tmp/map.now" "$(h 2)/etc/map"

# ---- a node leaves for good ----
echo 0 >"$(h 8)/proc/mosix/self"
claim "a node in no cluster is told nothing" runs 0 ctl 1 sync all
before=$(serial 1)
claim "a node that is up is not forgotten" runs 1 ctl 1 forget "$(id_in 1 8)"
claim "since its processes would be lost" says err "is up: have it leave first"
claim "the map has it" test "$(serial 1)" = "$before"
sed -i "s/^$(id_in 1 8) up/&,leaving/" "$(h 1)/proc/mosix/vector"
claim "a node that left is forgotten" runs 0 ctl 1 forget "$(id_in 1 8)"
claim "by all" same_maps 1 2 3 4 5 6 7
claim "for good" test "$(id_in 4 8) $(serial 4)" = " $((before + 1))"
claim "not twice" runs 1 ctl 1 forget 77
claim "nor oneself" runs 1 ctl 1 forget 1

# ---- what who has the key may not do ----
pin=$(printf '%064x' 9)
pin_3() {
	sed -i "s/^\(node $(id_in 1 3) [^ ]*\)/\1 $pin/; s/^serial .*/serial 40/" \
		"$(h 1)/etc/map"
	ctl 1 sync all
}
claim "an admin pins a node" runs 0 pin_3
claim "for all" grep -q "$pin" "$(h 4)/etc/map"
knows 1 1 2
claim "it is not forgotten from afar" runs 1 ctl 1 forget "$(id_in 1 3)"
claim "which no other node would take" says err "is pinned: edit the map of each"
claim "nor here alone" test "$(serial 1)" = 40
sed -i "s/ $pin//; s/^serial .*/serial 50/" "$(h 5)/etc/map"
claim "another node's map takes no pin away" runs 1 ctl 5 sync all
claim "which its own log says" grep -q "changes a node that is pinned here" "$tmp/listen.4"
claim "the pin is there" grep -q "$pin" "$(h 4)/etc/map"
cp "$(h 1)/etc/map" "$(h 5)/etc/map"
sed -i "s/^serial .*/serial 60/; \$a node 99 127.0.0.9" "$(h 5)/etc/map"
claim "no address of nobody" runs 1 ctl 5 sync all
claim "is taken" test "$(serial 1)" = 40
claim "which is said there" grep -q "127.0.0.9' is an address of nobody" "$tmp/listen.1"
cp "$(h 1)/etc/map" "$(h 5)/etc/map"
no_room() { # COMMAND...: the disk is full
	(
		export LD_PRELOAD=$tmp/refuse.so REFUSE=28 REFUSE_ONLY=map.new
		"$@"
	)
}
claim "a map that cannot be written down" runs 1 no_room ctl 1 forget "$(id_in 1 7)"
claim "which is said" says err "map.new: No space left"
claim "the kernel does not get" in_kernel 1 7
claim "nor is a part of it left" test ! -e "$(h 1)/etc/map.new"
rm "$(h 1)/proc/mosix/config"
mkdir "$(h 1)/proc/mosix/config"
claim "the kernel does not take a map" runs 1 ctl 1 forget "$(id_in 1 7)"
claim "so it is not written down" test "$(serial 1)" = 40
echo 0 >"$(h 1)/proc/mosix/self"
claim "a node that is in no cluster lets nobody in" runs 1 ctl 8 join --contact $net.1
claim "and says so" says err "this node is in no cluster"
end_net
for i in 1 2 3 4 5 6 7 8; do
	rm -r "$(h "$i")"
done
