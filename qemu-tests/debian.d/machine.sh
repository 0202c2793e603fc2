# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Virtual machines that run Debian from a disk: in place of boot_node of boot.sh,
# whose other functions are as they were.
#
#   machine_disk I       a disk for node I, over the base
#   machine_kernel I     take the kernel that its package put into /boot of it: of the
#                        base, or of its own disk when that has been used
#   boot_node I          power on
#   machine_up I         until its agent answers
#   machine_off I SECONDS  until it has gone off, or down for a reboot, by itself
#   type_in I TEXT       on its serial console, and Enter
#   sees I SECONDS REGEX   until the console shows it, since what was typed last
#   screen I USER [OPTIONS]  what the user's tmux shows
#
# A machine that gets no CPU for long is no failure: devices, services and RCU have
# time. QEMU stands for the boot loader: it begins with the file that is in /boot, and
# leaves at a reboot. The machines' network is QEMU's own, of datagrams on the
# loopback device of the run's network namespace.

machine_disk() {
	qemu-img create -q -f qcow2 -F raw -b "$VM_BASE" "$CLUSTER/disk.$1"
}

# No machine may use that disk meanwhile.
machine_kernel() {
	local raw=$VM_BASE
	if [[ -e $CLUSTER/console.$1 ]]; then
		raw=$CLUSTER/raw
		qemu-img convert -O raw "$CLUSTER/disk.$1" "$raw" || return 1
	fi
	rm -f "$CLUSTER/kernel.$1"
	debugfs -R "dump /boot/vmlinuz-$VM_RELEASE $CLUSTER/kernel.$1" "$raw"
	rm -f "$CLUSTER/raw"
	[[ -s $CLUSTER/kernel.$1 ]]
}

machine_words() {
	printf '%s ' root=/dev/vda rw console=ttyS0 loglevel=5 panic=-1 \
		panic_on_warn=1 oops=panic tsc=reliable \
		"tsc_early_khz=$TSC_KHZ" no_timer_check systemd.show_status=0 \
		"systemd.default_device_timeout_sec=$((300 * SLOW))" \
		"systemd.default_timeout_start_sec=$((300 * SLOW))" \
		"rcupdate.rcu_cpu_stall_timeout=$((SLOW < 5 ? 60 * SLOW : 300))"
}

machine_qemu() {
	local id=$1 mac
	mac=$(printf '52:54:00:4d:58:%02x' "$id")
	cd "$CLUSTER" || exit 1
	# shellcheck disable=SC2086 # $ACCEL is several words
	exec setsid qemu-system-x86_64 -name "n$id" \
		-nodefaults -no-user-config -display none -no-reboot \
		$ACCEL -smp "$SMP" -m "$MEM" \
		-kernel "kernel.$id" -append "$(machine_words)" \
		-chardev "pipe,id=tty,path=tty.$id,logfile=console.$id,logappend=on" \
		-serial chardev:tty \
		-drive "id=disk,if=none,format=qcow2,file=disk.$id" \
		-device virtio-blk-pci,drive=disk \
		-netdev socket,id=net,mcast=230.0.0.1:7236,localaddr=127.0.0.1 \
		-device "virtio-net-pci,netdev=net,romfile=,mac=$mac" \
		-device virtio-rng-pci -device virtio-serial-pci \
		-chardev "socket,id=agent,path=agent.$id" \
		-device virtserialport,chardev=agent,name=agent \
		</dev/null >>"qemu.$id.log" 2>&1 3>&-
}

boot_node() {
	local tty=$CLUSTER/tty.$1
	rm -f "$CLUSTER/crashed.$1"
	if [[ ! -p $tty.in ]]; then
		mkfifo "$tty.in" "$tty.out"
		# somebody must read what is in the log already
		cat <>"$tty.out" >/dev/null 3>&- &
		disown $!
	fi
	machine_qemu "$1" &
	echo $! >"$CLUSTER/qemu.$1.pid"
	disown $!
}

# Debian needs longer than what wait_node waits.
machine_up() {
	SLOW=$((SLOW * 5)) wait_node "$1"
}

machine_is_off() {
	! node_runs "$1"
}

machine_off() {
	wait_for "$2" machine_is_off "$1"
}

type_in() {
	stat -c %s "$CLUSTER/console.$1" >"$CLUSTER/typed.$1"
	printf '%s\r' "$2" >"$CLUSTER/tty.$1.in"
}

console_shows() {
	tail -c "+$(($(cat "$CLUSTER/typed.$1") + 1))" "$CLUSTER/console.$1" |
		sed -E 's/\r//g; s/\x1b\[[?0-9;]*[A-Za-z]//g' | grep -aqE -- "$2"
}

sees() {
	wait_for "$2" console_shows "$1" "$3" && return
	echo "console of node $1, without '$3':"
	tail -c 2000 "$CLUSTER/console.$1"
	return 1
}

screen() {
	node "$1" "runuser -u $2 -- tmux capture-pane -p ${*:3}"
}
