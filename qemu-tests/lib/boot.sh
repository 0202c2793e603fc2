# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Guests under QEMU.
#
#   boot_accel           choose the accelerator: sets ACCEL and TSC_KHZ
#   boot_node I [WORDS]  start node I, kernel command line WORDS appended
#   wait_node I          until its agent answers
#   kill_node I          as if its power was cut
#   node_runs I          is its QEMU there
#
# Needs $CLUSTER (folder of this cluster, with kernel and image in it), $NODES,
# $DEBIAN (the disk of node 1; none when empty),
# $CLUSTER/key (the cluster key; insecure when there is none), $MEM, $SMP,
# $KERNEL_WORDS (more for the kernels' command line), $SLOW (how
# many times slower than a normal guest on TCG), share.sh.
#
# A guest that gets no CPU for a while takes its timer for broken and panics:
# no_timer_check. ACPI is off: its interpreter takes a debug kernel seconds, and
# minutes when the host is busy. What it would have told: the CPUs are in the MP
# table, one a socket; the PM timer, by which a kernel calibrates the timers of
# its CPUs, is at 0x608.

boot_args() {
	local id=$1
	shift
	# shellcheck disable=SC2086 # $KERNEL_WORDS is several words
	printf '%s ' console=ttyS0 "loglevel=${LOGLEVEL:-5}" panic=-1 \
		panic_on_warn=1 oops=panic log_buf_len=1M \
		tsc=reliable "tsc_early_khz=$TSC_KHZ" no_timer_check \
		acpi=off pmtmr=0x608 $KERNEL_WORDS \
		"mosix.id=$id" "mosix.n=$NODES" \
		"mosix.key=$(cat "$CLUSTER/key" 2>/dev/null ||
			echo insecure)" "$@"
}

# Becomes QEMU: always called in the background.
boot_qemu() {
	local id=$1
	shift
	cd "$CLUSTER" || exit 1
	share_join "$id" || exit 1
	# shellcheck disable=SC2086 # $ACCEL is several words
	exec setsid qemu-system-x86_64 -name "n$id" \
		-nodefaults -no-user-config -display none -no-reboot \
		$ACCEL -smp "$SMP,sockets=$SMP,cores=1,threads=1" -m "$MEM" \
		-kernel kernel -initrd image -append "$(boot_args "$id" "$@")" \
		-chardev "file,id=console,path=console.$id,append=on" \
		-serial chardev:console \
		"${boot_devices[@]}" </dev/null >>"qemu.$id.log" 2>&1 3>&-
}

boot_node() {
	local id=$1
	local boot_devices=(
		-netdev "tap,id=net,ifname=tap$id,script=no,downscript=no"
		-device "virtio-net-pci,netdev=net,romfile=,mac=$(printf \
			'52:54:00:4d:58:%02x' "$id")"
		-device virtio-serial-pci
		-chardev "socket,id=agent,path=agent.$id"
		-device "virtserialport,chardev=agent,name=agent"
	)
	local disk="id=disk,if=none,format=raw,readonly=on,file=${DEBIAN-}"

	[[ $id != 1 || ! ${DEBIAN-} ]] ||
		boot_devices+=(-drive "$disk" -device "virtio-blk-pci,drive=disk")
	rm -f "$CLUSTER/crashed.$id"
	boot_qemu "$@" &
	echo $! >"$CLUSTER/qemu.$id.pid"
	disown $!		# its end is nothing to report
}

node_runs() {
	local pid
	pid=$(cat "$CLUSTER/qemu.$1.pid" 2>/dev/null) &&
		kill -0 "$pid" 2>/dev/null
}

kill_node() {
	local pid i
	pid=$(cat "$CLUSTER/qemu.$1.pid" 2>/dev/null) || return 0
	: >"$CLUSTER/crashed.$1"
	kill -KILL "$pid" 2>/dev/null || return 0
	for ((i = 0; i < 100; i++)); do
		node_runs "$1" || return 0
		sleep 0.05
	done
}

wait_node() {
	local waiter
	"$WORK/bin/on" -w $((60 * SLOW)) "$1" true 3>&- &
	waiter=$!
	while kill -0 "$waiter" 2>/dev/null; do
		if ! node_runs "$1"; then
			echo "node $1 died while it booted" >&2
			kill "$waiter"
			return 1
		fi
		sleep 0.1
	done
	wait "$waiter"
}

# Nested virtualisation is there more often than it works: believe a boot.
boot_accel() {
	local boot_devices=() probe i
	TSC_KHZ=$("$WORK/bin/tsckhz")
	export TSC_KHZ
	ACCEL="-accel kvm -cpu host"
	if [[ -w /dev/kvm ]]; then
		NODES=1 boot_qemu 0 mosix.probe &
		probe=$!
		disown "$probe"
		for ((i = 0; i < 100; i++)); do
			kill -0 "$probe" 2>/dev/null || break
			sleep 0.1
		done
		# The word of a guest which came as far as our own script.
		if grep -qs 'mosix: probe ends' "$CLUSTER/console.0"; then
			return
		fi
		kill -KILL "$probe" 2>/dev/null || true
	fi
	ACCEL="-accel tcg,thread=multi -cpu max,-erms"
}
