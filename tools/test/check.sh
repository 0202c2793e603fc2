#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# check.sh FOLDER: the tools in FOLDER against a made-up /proc; KTAP.
set -euo pipefail

bin=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
proc=$tmp/proc
count=0
failed=0

# process PID NAME WHERE HOME MOVES WHY
process() {
	local dir=$proc/$1/mosix

	mkdir -p "$dir"
	echo "$2" >"$proc/$1/comm"
	echo "$3" >"$dir/where"
	echo "$4" >"$dir/home"
	echo "$5" >"$dir/nmigs"
	echo "$6" >"$dir/why"
	echo 0 >"$dir/goto"
	printf 'traced\nseccomp filter\n' >"$dir/cantmove"
	echo "node 9: no memory" >"$dir/last"
}

# runs STATUS COMMAND...: with that exit code; output in $tmp/out and $tmp/err
runs() {
	local want=$1 status=0

	shift
	"$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
	[ "$status" = "$want" ] && return
	echo "# status $status, not $want: $*"
	return 1
}

refused() { # ERRNO STATUS COMMAND...
	local error=$1

	shift
	runs "$1" env LD_PRELOAD="$tmp/refuse.so" REFUSE="$error" "${@:2}"
}

claim() { # NAME COMMAND...
	local name=$1

	shift
	count=$((count + 1))
	if "$@"; then
		echo "ok $count - $name"
	else
		sed 's/^/# /' "$tmp/out" "$tmp/err"
		echo "not ok $count - $name"
		failed=1
	fi
}

says() { # out|err REGEX
	grep -qE -- "$2" "$tmp/$1"
}

holds() { # TEXT FILE
	[ "$(cat "$proc/$2")" = "$1" ]
}

"${CC:-cc}" -D_GNU_SOURCE -shared -fPIC -o "$tmp/refuse.so" "$here/refuse.c" -ldl
process 10 stayer 1 1 0 -
process 200 mover 2 1 3 "gain 700"
process 30 guest 1 2 0 -
process 4 back 1 1 2 -
mkdir -p "$proc/5" "$proc/sys" "$proc/mosix/admin"
echo 1 >"$proc/mosix/self"
echo 0 >"$proc/mosix/admin/block"
echo 0 >"$proc/mosix/admin/stay"
echo auto >"$proc/mosix/admin/strategy"
echo "block 0 0 1 1: no guests are taken" >"$proc/mosix/admin/tunables"
printf 'node status\n1 up\n' >"$proc/mosix/vector"
echo "time pid from to" >"$proc/mosix/decisions"
: >"$proc/mosix/config"

echo "KTAP version 1"
for tool in migrate mosps mosctl; do
	claim "$tool --help ends well" runs 0 "$bin/$tool" --help
	claim "$tool --help tells the usage" says out "^usage: $tool "
	claim "$tool refuses an unknown option" runs 2 "$bin/$tool" --no-such
done

m=("$bin/migrate" -p "$proc")
claim "migrate writes a node" runs 0 "${m[@]}" 10 2
claim "to goto" holds 2 10/mosix/goto
claim "migrate writes home" runs 0 "${m[@]}" 10 200 home
claim "to the first" holds home 10/mosix/goto
claim "and the second process" holds home 200/mosix/goto
claim "migrate wants a node" runs 2 "${m[@]}" 10
claim "a number or home" runs 2 "${m[@]}" 10 nowhere
claim "a process is a number" runs 2 "${m[@]}" ../10 2
claim "a process that is not there fails" runs 1 "${m[@]}" 11 2
claim "and is told so" says err "11: no such process"
claim "one of two that fails, fails" runs 1 "${m[@]}" 11 10 3
claim "and the other one moves" test "$(head -c 1 "$proc/10/mosix/goto")" = 3
claim "EBUSY fails" refused 16 1 "${m[@]}" 10 2
claim "with each reason" says err "seccomp filter"
claim "ECONNREFUSED fails" refused 111 1 "${m[@]}" 10 2
claim "with what the node said" says err "no memory"
claim "ENODEV fails" refused 19 1 "${m[@]}" 10 77
claim "with words" says err "no such node"
claim "EPERM fails" refused 1 1 "${m[@]}" 10 2
claim "with words, too" says err "not allowed"
claim "--quiet fails" refused 16 1 "${m[@]}" -q 10 2
claim "in silence" test ! -s "$tmp/err"

p=("$bin/mosps" -p "$proc")
claim "mosps lists" runs 0 "${p[@]}"
claim "who is away" says out "^ +200 +2 +1 +3  gain 700 +mover$"
claim "guests" says out "^ +30 +1 +2 +0  - +guest$"
claim "who came back" says out "^ +4 +1 +1 +2  - +back$"
claim "not who never moved" test "$(grep -c stayer "$tmp/out")" = 0
claim "in order" test "$(awk 'NR > 1 { printf "%s ", $1 }' "$tmp/out")" = "4 30 200 "
claim "mosps -a lists all" runs 0 "${p[@]}" -a -n
claim "that have the files" test "$(wc -l <"$tmp/out")" = 4
claim "mosps PID lists one" runs 0 "${p[@]}" 10
claim "whatever it did" says out stayer
claim "mosps fails for one that is not there" runs 1 "${p[@]}" 10 11
claim "mosps fails on another kernel" runs 1 "$bin/mosps" -p "$tmp"

c=("$bin/mosctl" -p "$proc")
claim "mosctl block" runs 0 "${c[@]}" block
claim "sets block" holds 1 mosix/admin/block
claim "mosctl noblock" runs 0 "${c[@]}" noblock
claim "clears it" holds 0 mosix/admin/block
claim "mosctl stay" runs 0 "${c[@]}" stay
claim "sets stay" holds 1 mosix/admin/stay
claim "mosctl nostay" runs 0 "${c[@]}" nostay
claim "clears it again" holds 0 mosix/admin/stay
claim "mosctl get" runs 0 "${c[@]}" get strategy
claim "prints the value" says out '^auto$'
claim "mosctl set" runs 0 "${c[@]}" set strategy eager
claim "so that it holds" test "$(head -c 5 "$proc/mosix/admin/strategy")" = eager
claim "an unknown tunable fails" runs 1 "${c[@]}" set nothing 1
claim "and makes no file" test ! -e "$proc/mosix/admin/nothing"
claim "a name that leads elsewhere fails" runs 1 "${c[@]}" get ../self
claim "a value that is refused fails" refused 22 1 "${c[@]}" set block 7
claim "mosctl status" runs 0 "${c[@]}" status
claim "names the node" says out "node 1$"
claim "shows the others" says out "^1 up$"
printf 'self 1\nnode 1 192.0.2.1\n' >"$tmp/map"
claim "mosctl config FILE" runs 0 "${c[@]}" config "$tmp/map"
claim "writes the map" holds "$(cat "$tmp/map")" mosix/config
claim "mosctl config" runs 0 "${c[@]}" config
claim "prints it" says out "192.0.2.1"
claim "a map that is not there fails" runs 1 "${c[@]}" config "$tmp/none"
claim "a map that is refused fails" refused 22 1 "${c[@]}" config "$tmp/map"
claim "no command is wrong usage" runs 2 "${c[@]}"
claim "so is too much of one" runs 2 "${c[@]}" block now
echo "1..$count"
exit $failed
