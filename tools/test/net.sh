# shellcheck shell=bash disable=SC2154 # variables of check.sh
# SPDX-License-Identifier: GPL-2.0-only
# Hosts that are network namespaces on a bridge; their kernels are made up, and take
# each map. Host I is at $net.I.
#
#   make_net I...     false where there are no namespaces
#   end_net           all of it is gone
#   make_host I       an empty /etc/mosix and the /proc of a node in no cluster
#   make_hosts TEXT I...  both for each; without namespaces false, and TEXT is skipped
#   h I               the folder that has both, etc and proc
#   knows I NODE...   these nodes are up, for host I
#   in_host I COMMAND...   ctl I ARGUMENT...   a command there, mosctl there
#   listens I [COMMAND...]  it answers from now on, started by COMMAND; says so in
#                     $tmp/listen.I

host_pids=()
bridge_pid=
listeners=()

# A user namespace, so that nobody need be root; its network is the bridge's.
# nsenter and unshare execute what they are given: the PID stays.
nsenter=(nsenter --preserve-credentials -U -n)
in_net() { # PID COMMAND...
	"${nsenter[@]}" -t "$1" "${@:2}"
}
in_host() { # I COMMAND...
	in_net "${host_pids[$1]}" "${@:2}"
}
has_own_net() { # PID: within 20 s
	local i

	for ((i = 0; i < 200; i++)); do
		[ "$(readlink "/proc/$1/ns/net")" = "$2" ] || return 0
		sleep 0.1
	done
	return 1
}
make_net() { # I...
	local i bridge

	host_pids=()
	listeners=()
	unshare -rn sleep 1000 &
	bridge_pid=$!
	has_own_net $! "$(readlink /proc/$$/ns/net)" || return
	bridge=$(readlink "/proc/$!/ns/net")
	in_net "$bridge_pid" ip link add br0 type bridge || return
	in_net "$bridge_pid" ip link set br0 up
	for i; do
		"${nsenter[@]}" -t "$bridge_pid" unshare -n sleep 1000 &
		host_pids[i]=$!
	done
	for i; do
		has_own_net "${host_pids[i]}" "$(readlink /proc/$$/ns/net)" &&
			has_own_net "${host_pids[i]}" "$bridge" &&
			in_net "$bridge_pid" ip link add "v$i" type veth \
				peer name eth0 netns "${host_pids[i]}" &&
			in_net "$bridge_pid" ip link set "v$i" master br0 up &&
			in_host "$i" ip link set lo up &&
			in_host "$i" ip addr add "$net.$i/24" dev eth0 &&
			in_host "$i" ip link set eth0 up || return
	done
}
end_net() {
	local pids=("$bridge_pid" "${host_pids[@]}" "${listeners[@]}")

	kill "${pids[@]}" 2>/dev/null || true
	wait "${pids[@]}" 2>/dev/null || true
	bridge_pid=
	host_pids=()
	listeners=()
}

h() { # I: what is host I's
	echo "$tmp/host$1"
}
ctl() { # I ARGUMENT...
	in_host "$1" "$bin/mosctl" -p "$(h "$1")/proc" -e "$(h "$1")/etc" "${@:2}"
}
make_host() { # I
	local dir

	dir=$(h "$1")
	mkdir -p "$dir/etc" "$dir/proc/mosix/admin"
	: >"$dir/proc/mosix/key"
	: >"$dir/proc/mosix/config"
	echo 0 >"$dir/proc/mosix/self"
	echo "links encrypted" >"$dir/proc/mosix/security"
	for name in block stay lstay leave; do
		echo 0 >"$dir/proc/mosix/admin/$name"
	done
	knows "$1"
}
# What needs a network is left out, as TEXT, where none can be made.
make_hosts() { # TEXT I...
	local text=$1 i
	shift
	if ! make_net "$@" >"$tmp/out" 2>"$tmp/err"; then
		end_net
		skip "$text" "no network namespaces here"
		return 1
	fi
	for i; do
		make_host "$i"
	done
}
knows() { # I NODE...: these are up, for host I
	{
		echo "node status"
		printf '%s up\n' "${@:2}"
	} >"$(h "$1")/proc/mosix/vector"
}
listens() { # I [COMMAND...]
	local i

	"${nsenter[@]}" -t "${host_pids[$1]}" "${@:2}" "$bin/mosctl" -p "$(h "$1")/proc" \
		-e "$(h "$1")/etc" answer listen 2>>"$tmp/listen.$1" &
	listeners+=($!)
	for ((i = 0; i < 50; i++)); do
		! in_host "$1" bash -c "exec 3<>/dev/tcp/127.0.0.1/7237" \
			2>/dev/null || return 0
		sleep 0.2
	done
	return 1
}
