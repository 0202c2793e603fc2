# shellcheck shell=bash disable=SC2154 # variables of check.sh
# SPDX-License-Identifier: GPL-2.0-only
# A node is found on the local network, between hosts that are network namespaces on a
# bridge: who is found, by whom, and what who lacks the key can have of it.
#
#   1, 2  a cluster     3  has no key     4  another cluster     5, 6  IPv6 alone
#   7, 8  to join

. "$here/net.sh"
net=10.9.0

settle() { # I: as a kernel does: it is who its map says that it is
	sed -n '1s/^self //p' "$(h "$1")/proc/mosix/config" >"$(h "$1")/proc/mosix/self"
}
is_host() { # I TEXT: its map has that
	grep -q -- "$2" "$(h "$1")/etc/map"
}
forgets() { # I: it is no node any more
	rm -f "$(h "$1")"/etc/map*
	: >"$(h "$1")/proc/mosix/config"
	echo 0 >"$(h "$1")/proc/mosix/self"
}
key_of() { # I
	cat "$(h "$1")/etc/key"
}
# With the key of host 1, from host 3: what came back.
asks() { # FROM OPTION...
	in_host 3 python3 "$here/probe.py" "$(key_of 1)" "$@" >"$tmp/answers" \
		2>"$tmp/err"
}
# Claims that nobody answers mean nothing where nobody would.
nobody_answers() { # FROM OPTION...
	asks "$@" && [ ! -s "$tmp/answers" ]
}
answers() { # LINE...
	[ "$(cut -d' ' -f1-3,5 "$tmp/answers" | sort | paste -sd,)" = \
		"$(printf '%s\n' "$@" | paste -sd,)" ]
}

make_hosts "looking for a node on the local network" 1 2 3 4 5 6 7 8 || return 0
ctl 1 setup $net.1 >"$tmp/out" && ctl 1 join
ctl 4 setup $net.4 >"$tmp/out" && ctl 4 join
settle 1
settle 4
claim "a node answers" listens 1
claim "one of another cluster, too" listens 4

# ---- who joins ----
claim "without a key nobody is looked for" runs 1 ctl 2 join --discover
claim "which is said, and what to do" says err "bring it from one of them by a way that you trust, and add --key"
echo insecure >"$(h 2)/etc/key"
claim "nor where links are in clear" runs 1 ctl 2 join --discover
claim "and why" says err "links are in clear here: without a key anybody could answer"
rm "$(h 2)/etc/key"
install -m 600 "$(h 1)/etc/key" "$tmp/given"
claim "with a key one is found, and lets it in" \
	runs 0 ctl 2 join --discover --key "$tmp/given"
claim "which is said" says out "^$net.1 answers"
claim "not the other cluster's" silent_about out "$net.4"
settle 2
claim "as node 2" is_host 2 "node 2 $net.2"
claim "its map has both" is_host 2 "node 1 $net.1"
claim "the key is there for the next boot" \
	test "$(stat -c %a "$(h 2)/etc/key")" = 600
claim "again, and it is who it was" runs 0 ctl 2 join --discover stay
claim "which goes with it" test "$(cat "$(h 2)/proc/mosix/admin/stay")" = 1
claim "with the other key the other one is found" \
	runs 0 ctl 7 join --discover --key "$(h 4)/etc/key"
claim "and not the first" silent_about out "$net.1 answers"
forgets 7
printf '%064d\n' 7 >"$(h 7)/etc/key"
claim "with a third nobody" runs 1 ctl 7 join --discover
claim "which is said, and where to look" says err "answers on eth0\. .* same network"
claim "and the port" says err "UDP port 7237 open"
claim "an interface may be named" runs 0 ctl 2 join --discover --interface eth0
claim "one that is not there" runs 1 ctl 2 join --discover --interface eth7
claim "is said" says err "eth7 is not up"
claim "nor is it the loopback" runs 1 ctl 2 join --discover --interface lo
claim "an interface alone is wrong" runs 2 ctl 2 join --interface eth0
claim "and so are both ways" runs 2 ctl 2 join --discover --contact $net.1
claim "and an interface without its option" runs 2 ctl 2 join --discover eth0

# ---- what is asked ----
"${nsenter[@]}" -t "${host_pids[3]}" python3 -c '
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
    end.bind(("", 7237))
    print("listens", flush=True)
    while True:
        data, peer = end.recvfrom(2048)
        print(data.hex(), flush=True)
        end.sendto(data[:7] + b"\2" + data[8:24] + bytes(10) + b"\xff\xff" +
                   socket.inet_aton("10.9.0.1") + data[40:], peer)' >"$tmp/heard" &
listeners+=($!)
for ((i = 0; i < 50; i++)); do
	[ ! -s "$tmp/heard" ] || break
	sleep 0.1
done
claim "nobody is found where nobody has the key" runs 1 ctl 7 join --discover
claim "who answers all the same is not believed" silent_about out answers
claim "all hear the questions" test "$(sort -u "$tmp/heard" | wc -l)" -ge 4
claim "each once" test "$(sort "$tmp/heard" | uniq -d | wc -l)" = 0
claim "of one size" test "$(awk 'NR > 1 { print length }' "$tmp/heard" | sort -u)" = 144
claim "which name no host and no key" test -z "$(awk 'NR > 1' "$tmp/heard" |
	grep -v '^6d6f7369783f3101.\{32\}0\{32\}.\{64\}$'; grep "$(key_of 7)" "$tmp/heard")"
kill "${listeners[-1]}"
wait "${listeners[-1]}" || true

# ---- what comes back ----
claim "who has the key may ask" asks $net.3
claim "an answer is as long as the question, goes no farther, and says where to ask" \
	answers "72 1 $net.1 right"
claim "from the port that a firewall knows" test "$(cut -d' ' -f4 "$tmp/answers")" = 7237
claim "a question is answered" asks $net.3 times=5
claim "once" answers "72 1 $net.1 right"
claim "who lacks the key is told nothing, whichever byte he has wrong" \
	nobody_answers $net.3 flip=all
claim "nor if it is cut" nobody_answers $net.3 cut=71
claim "nor if there is more" nobody_answers $net.3 cut=73
claim "nor if it is an answer" nobody_answers $net.3 kind=2
claim "a router in between is none that is local" nobody_answers $net.3 ttl=254
claim "nor who asks one host alone" nobody_answers $net.3 to=$net.1
in_host 1 ip route add default dev eth0
in_host 3 ip addr add 10.50.0.3/24 dev eth0
in_host 3 ip route add 10.9.0.1/32 dev eth0 src 10.50.0.3
claim "the way there and back is open" \
	in_host 3 bash -c "exec 3<>/dev/tcp/$net.1/7237"
claim "nor who is of another network" nobody_answers 10.50.0.3
in_host 3 ip route del 10.9.0.1/32
echo 0 >"$(h 1)/proc/mosix/self"
claim "a node that is in no cluster is none" nobody_answers $net.3
settle 1
mv "$(h 1)/etc/key" "$tmp/key.1"
claim "nor one without a key" \
	test -z "$(in_host 3 python3 "$here/probe.py" "$(cat "$tmp/key.1")" $net.3)"
mv "$tmp/key.1" "$(h 1)/etc/key"
within_a_second() { # as many as a hundred, and those that the second after has
	asks $net.3 fresh=2000 && [ "$(wc -l <"$tmp/answers")" -gt 5 ] &&
		[ "$(wc -l <"$tmp/answers")" -lt 250 ]
}
claim "there are so many answers a second and no more" within_a_second
sleep 3
claim "and one again after that" asks $net.3
claim "as before" answers "72 1 $net.1 right"

# ---- several answer ----
claim "the other node answers, too" listens 2
two=${listeners[-1]}
claim "who asks" asks $net.3
claim "has an answer of both" answers "72 1 $net.1 right" "72 1 $net.2 right"
cp "$(h 1)/etc/map" "$tmp/map.1"
sed -i '/^serial/d' "$(h 1)/etc/map"
install -m 600 "$tmp/given" "$(h 8)/etc/key"
kill -STOP "$two"
ctl 8 join --discover >"$tmp/join.8" 2>&1 &
eight=$!
for ((i = 0; i < 100; i++)); do
	! grep -q refuses "$tmp/join.8" || break
	sleep 0.02
done
kill -CONT "$two"
claim "who is refused by one joins by the other" wait "$eight"
claim "and says who refused" grep -q "$net.1 refuses: the map here has no line" "$tmp/join.8"
claim "and who did not" grep -q "^$net.2 answers" "$tmp/join.8"
claim "it is in the map" is_host 2 "$net.8"
forgets 8
kill "$two"
claim "if none lets it in" runs 1 ctl 8 join --discover
claim "that is said" says err "1 answered, and none let this node in"
cp "$tmp/map.1" "$(h 1)/etc/map"

# ---- started by its first question, as systemd does ----
kill "${listeners[0]}"
wait "${listeners[0]}" || true	# its port is free then
"${nsenter[@]}" -t "${host_pids[1]}" python3 -c '
import os, socket, sys
end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
end.setsockopt(socket.IPPROTO_IP, 8, 1)		# IP_PKTINFO: PassPacketInfo=
end.bind(("", 7237))
print("bound", flush=True)
end.recv(1, socket.MSG_PEEK)
os.dup2(end.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[1], sys.argv[1:])' "$bin/mosctl" -p "$(h 1)/proc" -e "$(h 1)/etc" \
	answer discover >"$tmp/bound" 2>>"$tmp/listen.1" &
listeners+=($!)
for ((i = 0; i < 50; i++)); do
	[ ! -s "$tmp/bound" ] || break
	sleep 0.1
done
claim "a socket waits for a question" test -s "$tmp/bound"
claim "that starts it" asks $net.3
claim "and is answered" answers "72 1 $net.1 right"
claim "and the next one" asks $net.3
claim "by the same" answers "72 1 $net.1 right"

# ---- IPv6 alone ----
has_v6() { # I: an address of the network and a link-local one that is not in doubt
	local i

	in_host "$1" ip addr flush dev eth0 scope global 2>"$tmp/err" &&
		in_host "$1" ip -6 addr add "fd09::$1/64" dev eth0 nodad 2>"$tmp/err" ||
		return
	for ((i = 0; i < 100; i++)); do
		[ -z "$(in_host "$1" ip -6 addr show dev eth0 scope link -tentative)" ] ||
			return 0
		sleep 0.1
	done
	return 1
}
if has_v6 5 && has_v6 6; then
	ctl 5 setup fd09::5 >"$tmp/out" && ctl 5 join
	settle 5
	claim "a node of IPv6 answers" listens 5
	claim "and is found" runs 0 ctl 6 join --discover --key "$(h 5)/etc/key"
	claim "at its address in the map" says out "^fd09::5 answers"
	claim "which has both then" is_host 5 "fd09::6"
else
	skip "looking for a node by IPv6" "there is none here"
fi
end_net
for i in 1 2 3 4 5 6 7 8; do
	rm -r "$(h "$i")"
done
