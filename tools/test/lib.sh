# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# lib.sh FOLDER: a made-up /proc, and claims about what the tools in FOLDER do
# with it; KTAP.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=$(cd "$1" && pwd)
tmp=$(mktemp -d)
clean_up() {
	local socket

	[ -z "${bridge_pid-}" ] || end_net	# of net.sh
	for socket in "$tmp"/tmux.*; do
		[ ! -S "$socket" ] ||
			tmux -S "$socket" kill-server 2>/dev/null || true
	done
	rm -rf "$tmp"
}
trap clean_up EXIT
proc=$tmp/proc
count=0
failed=0
export here bin MOSIX_JOBS=$tmp/jobs

: >"$tmp/out"
: >"$tmp/err"
"${CC:-cc}" -D_GNU_SOURCE -shared -fPIC -o "$tmp/refuse.so" "$here/refuse.c" -ldl

# process PID NAME WHERE HOME MOVES WHY [PARENT]
process() {
	local dir=$proc/$1/mosix

	mkdir -p "$dir"
	echo "$2" >"$proc/$1/comm"
	echo "$1 ($2 (x) y) R ${7:-1} 1 1 0 -1 0 0 0 0 0 $1 23 0 0 20 0 1 0" \
		"7$1 4096 256 1" >"$proc/$1/stat"
	echo "$3" >"$dir/where"
	echo "$4" >"$dir/home"
	echo "$5" >"$dir/nmigs"
	echo "$6" >"$dir/why"
	echo 0 >"$dir/goto"
	echo 0 >"$dir/lock"
	printf 'traced\nseccomp filter\n' >"$dir/cantmove"
	echo "node 9: no memory" >"$dir/last"
}

# A stayer, one away, a guest and one that came back; node 3 is down.
make_proc() {
	rm -rf "$proc"
	process 10 stayer 1 1 0 -
	process 200 mover 2 1 3 "stay-gain node 2 gain 700"
	process 30 guest 1 2 0 -
	process 4 back 1 1 2 -
	mkdir -p "$proc/5" "$proc/sys" "$proc/mosix/admin"
	echo 1 >"$proc/mosix/self"
	echo 0 >"$proc/mosix/admin/block"
	echo 0 >"$proc/mosix/admin/stay"
	echo auto >"$proc/mosix/admin/strategy"
	cat >"$proc/mosix/admin/tunables" <<-END
		block 0 0 1 1: no guests are taken
		reserve_kib 16384 0 4294967295 KiB of memory that no guest may take
	END
	cat >"$proc/mosix/vector" <<-END
		node status load cpus speed guests tmem mem age novelty
		1 up 1500 2 1000 1 500292 402112 0 a
		2 up,stay 500 2 1000 0 8000000 7000000 120 b
		3 down
		4 up,block 0 4 2000 0 8000000 7000000 80 c
		5 up 700 2 1000 3 900000 100000 300 d
	END
	mkdir -p "$proc/mosix/nodes/2"
	echo 500 >"$proc/mosix/nodes/2/load"
	cat >"$proc/mosix/decisions" <<-END
		time pid from to reason gain cost worth
		12.500 200 1 2 move-cpu 700 130 9000
		13.000 0 1 0 stay-gain 0 0 -5
	END
	cat >"$proc/mosix/processes" <<-END
		pid name home where state moves here_pid uid threads
		200 mover 1 2 away 3 200 1000 1
		812 guest 2 1 running 0 30 - 1
	END
	cat >"$proc/mosix/config" <<-END
		self 1
		node 1 127.0.0.1:7236
		node 2 192.0.2.2:7236
		node 6 [2001:db8::6]:7236
	END
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

skip() { # NAME REASON
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

says() { # out|err REGEX
	grep -qE -- "$2" "$tmp/$1"
}

silent_about() { # out|err REGEX
	! says "$@"
}

holds() { # TEXT FILE
	[ "$(cat "$proc/$2")" = "$1" ]
}

starts() { # TEXT FILE: a longer value may have been there before
	[[ $(cat "$proc/$2") == "$1"* ]]
}

pids() { # PID...: what mosps listed, in that order
	[ "$(awk '$1 ~ /^[0-9]+$/ { print $1 }' "$tmp/out" | paste -sd' ')" = \
		"$*" ]
}

json() { # FILTER VALUE: what jq would find; python is there wherever we build
	[ "$(python3 -c '
import json, sys
data = json.load(open(sys.argv[1]))
print(eval(sys.argv[2], {"d": data}))' "$tmp/out" "$1")" = "$2" ]
}

end() {
	echo "1..$count"
	exit "$failed"
}
