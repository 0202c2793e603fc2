#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The inside of qemu-tests/debian: process 1 of a PID namespace with a network of
# its own. Boots the machines, then one part after the other; each needs what the
# ones before it did.
set -uo pipefail

lib=$TOP/qemu-tests/lib
. "$lib/ktap.sh"
. "$lib/net.sh"
. "$lib/share.sh"
. "$lib/boot.sh"
. "$lib/guest.sh"
. "$lib/splat.sh"
. "$lib/script.sh"
. "$TOP/qemu-tests/debian.d/machine.sh"

bail() {
	ktap_result "not ok" "$1"
	show_consoles
	echo "Bail out! $1"
	exit 1
}

# An admin waits for these machines; they wait for two CPUs and each other.
make_machines() {
	local i
	CLUSTER=$(mktemp -d "$WORK/debian-$(date +%m%d-%H%M%S)-XXX") || return 1
	exec 8>"$CLUSTER/alive"
	flock 8
	SLOW=${PATIENCE:-1} ACCEL="-accel tcg,thread=multi -cpu max,-erms"
	TSC_KHZ=$("$WORK/bin/tsckhz")
	ON_LIMIT=$((300 * SLOW))
	export CLUSTER SLOW ACCEL TSC_KHZ ON_LIMIT TMP=$CLUSTER/tmp
	mkdir -p "$TMP"
	ip link set lo up && ip route add multicast 230.0.0.0/8 dev lo || return 1
	(cd "$CLUSTER" && exec setsid "$WORK/bin/hub" "$NODES" \
		</dev/null >hub.log 2>&1 3>&-) &
	disown $!
	for ((i = 1; i <= NODES; i++)); do
		machine_disk "$i" && machine_kernel "$i" || return 1
	done
	until [[ -S $CLUSTER/node.$NODES ]]; do sleep 0.02; done
}

boot_machines() {
	local i
	for ((i = 1; i <= NODES; i++)); do
		boot_node "$i"
	done
	for ((i = 1; i <= NODES; i++)); do
		machine_up "$i" || return 1
	done
}

run_part() {
	local part=$1 name log before=$ktap_failed limit began=$SECONDS i
	name=${part##*/}
	name=${name%.sh}
	log=$CLUSTER/$name.log
	limit=$(header "$part" limit)
	run_script "$part" "$name" "$log" $((limit * SLOW))
	((!status)) || ktap_result "not ok" "$name: ended with status $status"
	for ((i = 1; i <= NODES; i++)); do
		! splats "$i" >>"$log" || ktap_result "not ok" \
			"$name: the kernel of node $i complains of nothing"
		forgive "$i"
	done
	ktap_note "$name took $((SECONDS - began)) s"
	((ktap_failed > before)) || return 0
	ktap_note "$name: log ${log#"$TOP/"}"
	show_failures "$log"
}

ktap_begin
make_machines >&2 || bail "the machines can be made"
ktap_note "Debian $(debugfs -R 'cat /etc/debian_version' "$VM_BASE" 2>/dev/null)," \
	"kernel $VM_RELEASE, logs in ${CLUSTER#"$TOP/"}"
boot_machines || bail "Debian boots"
ktap_result ok "Debian boots on $NODES machines"
ktap_note "booted after $SECONDS s"
for part in "$TOP"/qemu-tests/debian.d/parts/*.sh; do
	run_part "$part"
done
for ((i = 1; i <= NODES; i++)); do
	kill_node "$i"
done
rm -rf "$TMP" "$CLUSTER"/{disk,kernel,tty,typed,mark,crashed,qemu}.* \
	"$CLUSTER"/{agent,node}.*
ktap_note "all took $SECONDS s"
ktap_end
