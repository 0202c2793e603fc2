# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The cluster's network: inside the network namespace of the run,
#
#   guest 1: eth0 -- tap1 --+
#   guest 2: eth0 -- tap2 --+-- br0 (10.77.0.254, captured)
#   guest N: eth0 -- tapN --+
#
#   net_up N             make it; the namespace's end unmakes it
#   cut_port I           as if the cable of node I was pulled
#   restore_port I       and put back
#   overhear             each node hears all that crosses, as on a hub
#   overhear_off
#   capture_start FILE   record what crosses the bridge
#   capture_sync         returns when everything seen so far is in the file
#   capture_stop         and no more

net_up() {
	local i
	ip link set lo up
	echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6 2>/dev/null || true
	ip link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
	ip addr add 10.77.0.254/24 dev br0
	for ((i = 1; i <= $1; i++)); do
		ip tuntap add "tap$i" mode tap vnet_hdr
		ip link set "tap$i" master br0 up
	done
	ip link set br0 up
}

cut_port() {
	ip link set "tap$1" down
}

restore_port() {
	ip link set "tap$1" up
}

# A bridge that forgets at once who is where floods.
overhear() {
	: >"$CLUSTER/overheard"
	ip link set br0 type bridge ageing_time 0
}

overhear_off() {
	rm -f "$CLUSTER/overheard"
	ip link set br0 type bridge ageing_time 30000
}

capture_ready() {
	local i
	for ((i = 0; i < 200; i++)); do
		[[ ! -e $CLUSTER/capture.ready ]] || return 0
		sleep 0.05
	done
	echo "no capture on br0: see $CLUSTER/capture.log" >&2
	return 1
}

capture_start() {
	rm -f "$CLUSTER/capture.ready"
	setsid "$WORK/bin/pcapture" br0 "$1" "$CLUSTER/capture.ready" \
		</dev/null >>"$CLUSTER/capture.log" 2>&1 3>&- &
	echo $! >"$CLUSTER/capture.pid"
	disown $!
	echo "$1" >"$CLUSTER/capture.name"
	capture_ready
}

capture_sync() {
	rm -f "$CLUSTER/capture.ready"
	kill -USR1 "$(cat "$CLUSTER/capture.pid")"
	capture_ready
}

capture_stop() {
	local pid i
	pid=$(cat "$CLUSTER/capture.pid" 2>/dev/null) || return 0
	rm -f "$CLUSTER/capture.pid"
	kill -TERM "$pid" 2>/dev/null || return 0
	for ((i = 0; i < 200; i++)); do
		kill -0 "$pid" 2>/dev/null || return 0
		sleep 0.05
	done
	kill -KILL "$pid"
}
