# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A task that never moves, on this kernel and on the base without us: instructions,
# counted by an emulator whose clock they are (-icount). A machine of its own with
# one CPU, no host in sight and every date, seed and address as the time before; the
# node map is set, so all of us is awake.
#
#   part_counts            rows of the table
#
# Needs table.sh, and the cluster's $CLUSTER with its programs.

counts_names="call fault fork exec pipe switch"

# counts_list: of its initramfs.
counts_list() {
	local busybox
	busybox=$(type -P busybox)
	cat <<-END
	dir /sbin 755 0 0
	dir /bin 755 0 0
	dir /dev 755 0 0
	dir /etc 755 0 0
	dir /proc 755 0 0
	dir /sys 755 0 0
	dir /tmp 1777 0 0
	nod /dev/console 600 0 0 c 5 1
	nod /dev/null 666 0 0 c 1 3
	file /bin/busybox $busybox 755 0 0
	file /bin/counts $WORK/programs/counts 755 0 0
	file /etc/rc $TOP/qemu-tests/guest/rc 755 0 0
	file /etc/count $CLUSTER/count 755 0 0
	END
	"$busybox" --list-full | grep -vx bin/busybox |
		sed -n 's|^s\?bin/[a-z]*$|slink /& /bin/busybox 777 0 0|p'
}

counts_image() {
	local gen
	printf '#!/bin/busybox sh\n%s\n' '/etc/rc; counts; reboot -f' \
		>"$CLUSTER/count"
	for gen in "$TOP"/build/*/usr/gen_init_cpio; do
		[[ ! -x $gen ]] || break
	done
	counts_list >"$CLUSTER/counts.list"
	"$gen" "$CLUSTER/counts.list" >"$CLUSTER/counts.image"
}

# shellcheck disable=SC2034 # they are for boot_args
# counts_boot KERNEL: "NAME COUNT" lines. One tick is one instruction is one ns.
counts_boot() {
	local TSC_KHZ=1000000 NODES=1 console=$CLUSTER/counts.console
	timeout 600 qemu-system-x86_64 -nodefaults -no-user-config -display none \
		-no-reboot -accel tcg,thread=single -icount shift=0,sleep=off \
		-cpu max,-erms -smp 1 -m 256 -seed 1 \
		-rtc base=2026-01-01,clock=vm \
		-kernel "$1" -initrd "$CLUSTER/counts.image" \
		-append "$(CLUSTER=/nowhere boot_args 1 nokaslr rdinit=/etc/count)" \
		-netdev hubport,id=net,hubid=0 \
		-device virtio-net-pci,netdev=net,romfile= \
		-serial "file:$console" </dev/null >"$console.log" 2>&1 ||
		return 1
	tr -d '\r' <"$console" | grep -E "^(${counts_names// /|}) [0-9]+\$"
}

# counts_of KEY KERNEL: samples "KEY NAME".
counts_of() {
	local name count lines
	echo "  instructions, $1 kernel ..." >&2
	lines=$(counts_boot "$2") || return 1
	[[ $(cut -d ' ' -f 1 <<<"$lines" | xargs) == "$counts_names" ]] ||
		return 1
	while read -r name count; do
		sampled "$1 $name" "$count"
	done <<<"$lines"
}

part_counts() {
	local plain=$TOP/build/plain/arch/x86/boot/bzImage name text why=
	counts_image
	if [[ ! -e $plain ]]; then
		why="there is no plain kernel (make kernel-plain)"
	elif ! counts_of plain "$plain"; then
		why="the plain kernel does not count"
	elif ! counts_of ours "$CLUSTER/kernel"; then
		why="our kernel does not count"
	fi
	while read -r name reach text; do
		if [[ $why ]]; then
			skipped "$text" "<= $reach" "$why"
		else
			row "$text" "ours $name" instr "plain $name" "<= $reach"
		fi
	done <<-END
		call 1 never moves: null syscall
		fault 1.005 never moves: page fault
		fork 1.005 never moves: fork and exit
		exec 1.005 never moves: exec
		switch 1.005 never moves: two context switches
		pipe 1.005 never moves: pipe
	END
}
