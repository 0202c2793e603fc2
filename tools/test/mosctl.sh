# shellcheck shell=bash disable=SC2154 # variables of check.sh
# SPDX-License-Identifier: GPL-2.0-only
# mosctl

c=("$bin/mosctl" -p "$proc")
for switch in block stay; do
	claim "mosctl $switch" runs 0 "${c[@]}" $switch
	claim "sets $switch" holds 1 mosix/admin/$switch
	claim "mosctl no$switch" runs 0 "${c[@]}" no$switch
	claim "clears it" holds 0 mosix/admin/$switch
done
for switch in lstay quiet; do
	claim "mosctl $switch fails where there is none" runs 1 "${c[@]}" $switch
	claim "and says so" says err "this kernel has no such tunable"
	echo 0 >"$proc/mosix/admin/$switch"
	claim "mosctl $switch" runs 0 "${c[@]}" $switch
	claim "sets $switch" holds 1 mosix/admin/$switch
	claim "mosctl no$switch" runs 0 "${c[@]}" no$switch
	claim "clears it" holds 0 mosix/admin/$switch
done
claim "mosctl get" runs 0 "${c[@]}" get strategy
claim "prints the value" says out '^auto$'
claim "mosctl set" runs 0 "${c[@]}" set strategy eager
claim "so that it holds" starts eager mosix/admin/strategy
claim "an unknown tunable fails" runs 1 "${c[@]}" set nothing 1
claim "and makes no file" test ! -e "$proc/mosix/admin/nothing"
claim "a name that leads elsewhere fails" runs 1 "${c[@]}" get ../self
claim "a value that is refused fails" refused 22 1 "${c[@]}" set block 7
claim "mosctl status" runs 0 "${c[@]}" status
claim "names the node" says out "node 1$"
claim "shows the others" says out "^3 down$"
claim "mosctl --json status" runs 0 "${c[@]}" --json status
claim "names the node, too" json 'd["self"]' 1
claim "has tunables" json 'd["tunables"]["reserve_kib"]["most"]' 4294967295
cp "$proc/mosix/admin/tunables" "$tmp/tunables"
cat >"$proc/mosix/admin/tunables" <<-END
	name value default least most unit what
	strategy auto push - - - how memory travels
	eager_kib 2048 4096 0 9 KiB all at once
END
claim "mosctl --json status of a kernel that tells more" runs 0 "${c[@]}" -j status
claim "has that, too" json \
	'[d["tunables"]["eager_kib"][k] for k in ("default", "unit", "what")]' \
	"[4096, 'KiB', 'all at once']"
claim "and words" json 'd["tunables"]["strategy"]["value"]' auto
mv "$tmp/tunables" "$proc/mosix/admin/tunables"
claim "mosctl --json status" runs 0 "${c[@]}" --json status
claim "has nodes" json 'd["nodes"][1]["status"]' up,stay
claim "with columns that are new" json 'd["nodes"][4]["novelty"]' d
claim "and leaves out what is not known" json '"load" in d["nodes"][2]' False
printf 'self 1\nnode 1 192.0.2.1\n' >"$tmp/map"
claim "mosctl config FILE" runs 0 "${c[@]}" config "$tmp/map"
claim "writes the map" starts "$(cat "$tmp/map")" mosix/config
claim "mosctl config" runs 0 "${c[@]}" config
claim "prints it" says out "192.0.2.1"
claim "a map that is not there fails" runs 1 "${c[@]}" config "$tmp/none"
claim "a map that is refused fails" refused 22 1 "${c[@]}" config "$tmp/map"
: >"$proc/mosix/config"
claim "mosctl leave of another kernel" runs 1 "$bin/mosctl" -p "$tmp" leave
claim "says that it was none" says err "^mosctl: map: No such file"
claim "and no more" test "$(wc -l <"$tmp/err")" = 1
claim "a map that is refused is no leave either" refused 1 1 "${c[@]}" leave
claim "and says that once" test "$(wc -l <"$tmp/err")" = 1
claim "mosctl leave" runs 0 "${c[@]}" leave
claim "writes an empty map" holds "" mosix/config
claim "no command is wrong usage" runs 2 "${c[@]}"
claim "so is too much of one" runs 2 "${c[@]}" block now
claim "mosctl on another kernel fails" runs 1 "$bin/mosctl" -p "$tmp" status

make_proc
claim "mosctl node" runs 0 "${c[@]}" node 2
claim "has the figures" says out "^load +500$"
claim "mosctl node FIGURE" runs 0 "${c[@]}" node 192.0.2.2 load
claim "has the one" says out "^500$"
echo 10 >"$proc/mosix/nodes/2/features"
claim "mosctl --json node FIGURE, of one in hex" runs 0 "${c[@]}" -j node 2 features
claim "is no number, whatever its digits" json 'd["features"]' 10
claim "but text" json 'type(d["features"])' "<class 'str'>"
claim "a figure that is none fails" runs 1 "${c[@]}" node 2 colour
claim "a figure leads nowhere else" runs 1 "${c[@]}" node 2 ../../self
claim "a node that is none fails" runs 1 "${c[@]}" node 77
claim "mosctl isup of one that is" runs 0 "${c[@]}" isup 2
claim "mosctl isup of one that is not" runs 1 "${c[@]}" isup 3
claim "mosctl isup of none" runs 1 "${c[@]}" isup 77
claim "says so" says err "no such node"
claim "mosctl whois ID" runs 0 "${c[@]}" whois 2
claim "has the address" says out "^2 192.0.2.2"
claim "mosctl whois HOST" runs 0 "${c[@]}" whois localhost
claim "has the id" says out "^1 127.0.0.1"
claim "mosctl whois of none" runs 1 "${c[@]}" whois 77
claim "mosctl whois" runs 0 "${c[@]}" whois
claim "has all" says out "^5$"
claim "mosctl --json whois" runs 0 "${c[@]}" --json whois
claim "has all as objects" json '[n["node"] for n in d]' '[1, 2, 3, 4, 5]'
claim "with the address where there is one" json 'd[1]["address"]' 192.0.2.2
claim "mosctl --json node" runs 0 "${c[@]}" --json node 2
claim "has numbers" json 'd["mem"]' 7000000
claim "mosctl --json node FIGURE" runs 0 "${c[@]}" --json node 2 load
claim "has the one" json 'd["load"]' 500
claim "mosctl decisions" runs 0 "${c[@]}" decisions
claim "has them" says out "move-cpu 700"
claim "mosctl --json decisions" runs 0 "${c[@]}" -j decisions
claim "has them as objects" json 'd[1]["worth"]' -5
cat >"$proc/mosix/moves" <<-END
	time pid from to why error frozen_us bytes
	12.600 200 1 2 user 0 5200 81920
	14.000 200 2 3 balance 111 0 0
END
claim "mosctl moves" runs 0 "${c[@]}" moves
claim "has them" says out "1 2 user 0 5200"
claim "mosctl --json moves" runs 0 "${c[@]}" -j moves
claim "has them as objects" json 'd[1]["error"]' 111
claim "mosctl processes" runs 0 "${c[@]}" processes
claim "has them" says out "^200 mover"
printf '77 \033[2Jx 1 2 away 1 77 0 1\n' >>"$proc/mosix/processes"
claim "of which one would rule the terminal" runs 0 "${c[@]}" processes
claim "and does not" says out '^77 [?][[]2Jx 1 2 away'
claim "mosctl lock" runs 0 "${c[@]}" lock 10
claim "locks" holds 1 10/mosix/lock
claim "mosctl unlock" runs 0 "${c[@]}" unlock 10
claim "unlocks" holds 0 10/mosix/lock
echo 1-3 >"$proc/10/mosix/nodes"
claim "mosctl nodes" runs 0 "${c[@]}" nodes 10
claim "prints the set" says out '^1-3$'
claim "mosctl nodes LIST" runs 0 "${c[@]}" nodes 10 '!2,4-5'
claim "sets it" holds '!2,4-5' 10/mosix/nodes
claim "a set that is refused fails" refused 22 1 "${c[@]}" nodes 10 some
printf 'fixed auto\nused push\nwhy large\n' >"$proc/10/mosix/strategy"
claim "mosctl strategy" runs 0 "${c[@]}" strategy 10
claim "prints all that there is" says out '^why large$'
: >"$proc/10/mosix/strategy"
claim "mosctl strategy WORD" runs 0 "${c[@]}" strategy 10 eager
claim "fixes it" holds eager 10/mosix/strategy
claim "a strategy that is refused fails" refused 22 1 "${c[@]}" strategy 10 fast
claim "mosctl nodes of none" runs 1 "${c[@]}" nodes 11 1
claim "mosctl lock of none" runs 1 "${c[@]}" lock 11
claim "mosctl lock wants a number" runs 2 "${c[@]}" lock me

claim "mosctl why" runs 0 "${c[@]}" why 200
claim "says where it is" says out "^200 mover: on node 2, away"
claim "mosctl --json why" runs 0 "${c[@]}" --json why 200
claim "has where it is" json 'd["where"]' 2
claim "has each answer with its kind" json '[a["kind"] for a in d["answers"]]' \
	"['cantmove', 'cantmove', 'last', 'why']"
claim "and what is known of it" json 'd["answers"][3]["help"]' \
	"no other node is better by enough"
claim "mosctl why" runs 0 "${c[@]}" why 200
claim "says each reason" says out "it cannot move: seccomp filter"
claim "says what helps" says out "^    it can when its debugger lets it go"
claim "says what failed" says out "last move failed: node 9: no memory"
claim "says what the balancer said" says out "said last: stay-gain node 2"
claim "and what that is" says out "no other node is better by enough"
: >"$proc/10/mosix/cantmove"
echo - >"$proc/10/mosix/last"
claim "mosctl why of one that nothing keeps" runs 0 "${c[@]}" why 10
claim "says that" says out "nothing keeps it"
echo "move-cpu node 3 gain 480 cost 120 worth 5210" >"$proc/10/mosix/would"
claim "mosctl why of one that would move" runs 0 "${c[@]}" why 10
claim "says so" says out "would say now: move-cpu node 3"
claim "and why" says out "it waits less for a CPU there"
claim "and no more that it does not know" silent_about out "nothing keeps it"
claim "mosctl --json why" runs 0 "${c[@]}" --json why 10
claim "has it as an answer" json '[a["kind"] for a in d["answers"]]' "['would']"
for text in - "away node 2"; do
	echo "$text" >"$proc/10/mosix/would"
	claim "mosctl why, would: $text" runs 0 "${c[@]}" why 10
	claim "says nothing of it" silent_about out "would say"
done
echo "stay-no-process node 0 gain 0 cost 0 worth 0" >"$proc/10/mosix/would"
echo 1 >"$proc/10/mosix/lock"
echo 1 >"$proc/mosix/admin/stay"
claim "mosctl why of one that is locked" runs 0 "${c[@]}" why 10
claim "says so" says out "it is locked"
claim "and not again that it cannot move" silent_about out "stay-no-process"
claim "and that all of the node stay" says out "automatic moves are off"
printf 'node status load\n1 up 0\n2 down\n' >"$proc/mosix/vector"
claim "mosctl why on a node alone" runs 0 "${c[@]}" why 10
claim "says so" says out "no other node is up"
echo 0 >"$proc/mosix/self"
claim "mosctl why without a map" runs 0 "${c[@]}" why 10
claim "says so" says out "no node map"
claim "mosctl why of none" runs 1 "${c[@]}" why 11

make_proc
claim "drain stops in time" runs 3 "${c[@]}" --timeout 1 drain
claim "says how many are left" says err "stopped with 2 left"
claim "blocks" holds 1 mosix/admin/block
claim "has automatic moves off" holds 1 mosix/admin/stay
claim "sends guests home" holds home 30/mosix/goto
claim "calls home what is away" holds home 200/mosix/goto
claim "leaves the others alone" holds 0 10/mosix/goto
claim "undrain" runs 0 "${c[@]}" undrain
claim "blocks no more" holds 0 mosix/admin/block
claim "has automatic moves again" holds 0 mosix/admin/stay
claim "what cannot go" refused 16 1 "${c[@]}" -t 1 expel
claim "is told: the block was refused" says err "^mosctl: block: "
make_proc
claim "expel stops in time" runs 3 "${c[@]}" -t 1 expel
claim "with the guest left" says err "stopped with 1 left"
claim "and what is away, away" holds 0 200/mosix/goto
(
	sleep 0.5
	rm -r "$proc/30"
) &
claim "expel ends when the last is gone" runs 0 "${c[@]}" -t 20 expel
wait
claim "bring stops at once when told" runs 3 \
	timeout --preserve-status -s INT 0.5 "${c[@]}" bring
claim "and says how many are left" says err "stopped with 1 left"
make_proc
for verb in expel bring lstay leave; do
	echo 0 >"$proc/mosix/admin/$verb"
done
claim "drain of a kernel that does it" runs 0 "${c[@]}" -t 30 drain
claim "tells it to expel" holds 30 mosix/admin/expel
claim "and to bring" holds 30 mosix/admin/bring
claim "and tells the others" holds 1 mosix/admin/leave
claim "without an end" runs 0 "${c[@]}" bring
claim "is 0" starts 0 mosix/admin/bring
claim "it asks nobody itself" holds 0 200/mosix/goto
echo 3 >"$proc/mosix/admin/expel"
echo 4 >"$proc/mosix/admin/bring"
claim "that takes its time" runs 0 env LD_PRELOAD="$tmp/refuse.so" SLOW=400 \
	"${c[@]}" -t 30 drain
claim "it says how many are left" says out "^7 left$"
slow_expel=(env SLOW=2000 REFUSE=62 REFUSE_ONLY=expel
	LD_PRELOAD="$tmp/refuse.so" "${c[@]}")
claim "where a guest does not go" runs 3 "${slow_expel[@]}" -t 2 drain
claim "who is away has all the time to come home" starts 2 mosix/admin/bring
claim "a signal ends the one as well as the other" runs 3 timeout --foreground \
	--preserve-status -k 1 -s INT 0.5 "${slow_expel[@]/2000/60000}" drain
claim "and says what is left" says err "stopped with 2 left"
echo 4 >"$proc/mosix/admin/bring"
echo 3 >"$proc/mosix/admin/expel"
export REFUSE_ONLY=expel
claim "the end of the time" refused 62 3 "${c[@]}" -t 30 expel
claim "is its own exit code, and says how many" says err "stopped with 1 left"
claim "so is somebody's word" refused 125 3 "${c[@]}" expel
claim "but not that somebody is at it" refused 16 1 "${c[@]}" expel
claim "which is said" says err "somebody else has this node emptied already"
rm "$proc/200/mosix/goto"
mkfifo "$proc/200/mosix/goto"	# who writes to it waits without end
REFUSE_ONLY=bring claim "the end of the time is the end, too, where one" \
	refused 62 3 timeout -k 1 10 "${c[@]}" -t 30 bring
claim "that is stopped would come when it goes on" says err "stopped with 1 left"
unset REFUSE_ONLY
echo 1 >"$proc/mosix/admin/lstay"
claim "undrain" runs 0 "${c[@]}" undrain
claim "ends lstay, too" holds 0 mosix/admin/lstay
claim "and that it is about to leave" holds 0 mosix/admin/leave
make_proc
claim "--timeout wants a number" runs 2 "${c[@]}" -t soon drain

# What the kernel may say is known here: the help is of use for as long.
kernel_names() { # FILE ARRAY
	sed -n "/^static const char \*const $2/,/^};/s/.*\"\(.*\)\",.*/\1/p" \
		"$here/../../$1" | sort
}
tool_names() { # ARRAY
	sed -n "/^} $1/,/^};/p" "$here/../why.c" | tr '\n' ' ' |
		grep -o '{ "[^"]*"' | sed 's/{ "\(.*\)"/\1/' | sort
}
same_names() {
	diff <(kernel_names "$1" "$2") <(tool_names "$3") >"$tmp/out"
}
claim "the kernel has reasons to stay" \
	test "$(kernel_names kernel/stay.c names | wc -l)" -gt 20
claim "mosctl why knows each, and no others" \
	same_names kernel/stay.c names helps
balance_names() {
	sed -n '/reason_names\[\]/,/^};/s/.*"\(.*\)",.*/\1/p' \
		"$here/../../loadinfo/balance.c" | grep -E '^(stay|move)-|^failed$' |
		sort
}
claim "and each reason of the balancer" \
	test "$(balance_names)" = "$(tool_names reasons)"
