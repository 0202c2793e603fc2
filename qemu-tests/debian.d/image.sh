# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The packages, and the disk of a Debian that has the kernel's one installed.
#
#   vm_packages   make them, and what an upgrade is to: the same with a later
#                 version. Sets and exports VM_RELEASE (of the kernel), VM_KERNEL,
#                 VM_KERNEL_NEXT, VM_TOOLS, VM_TOOLS_NEXT (files), VM_NEXT.
#   vm_base       the disk, kept in build/debian; sets and exports VM_BASE. 1: no
#                 Debian could be had, 2: it cannot be made of it
#
# The kernel begins with qemu-tests/configs, not with Debian's configuration,
# which takes hours; what mounts the root is built in, so no initramfs is needed.
# Needs $TOP, $WORK and lib/debian.sh.

. "$TOP/qemu-tests/lib/image.sh"

vm_version=$(sed -n 's/^VERSION := //p' "$TOP/Makefile")
export VM_NEXT=$vm_version.1

# What a small installation has, and what people log in by.
vm_debian=(systemd systemd-sysv dbus libpam-systemd login passwd udev kmod cron
	openssh-server openssh-client tmux less iproute2 procps e2fsprogs
	libncursesw6 libssl3 libtinfo6 libpam-runtime libpam-modules)

vm_options=(--quiet --variant=apt --format=ext2)

# As another version of ours over the same base would be named.
vm_next_kernel() {
	local dir=$TOP/build/deb/next version
	rm -rf "$dir"
	dpkg-deb -R "$VM_KERNEL" "$dir"
	version=$(dpkg-deb -f "$VM_KERNEL" Version)
	version=${version%-*}-$VM_NEXT
	sed -i "s/^Version: .*/Version: $version/" "$dir/DEBIAN/control"
	VM_KERNEL_NEXT=${VM_KERNEL%_*_*}_${version}_${VM_KERNEL##*_}
	dpkg-deb -Zgzip --root-owner-group --build "$dir" "$VM_KERNEL_NEXT"
	rm -rf "$dir"
}

vm_packages() {
	local log=$TOP/build/deb/make.log arch config=$TOP/build/package/.config
	arch=$(dpkg --print-architecture)
	mkdir -p "${log%/*}"
	echo "making packages (build/deb/make.log) ..." >&2
	{
		make -s -C "$TOP" overlay &&
			"$TOP/kernel/scripts/build.sh" package syncconfig &&
			DPKG_FLAGS=-Ppkg.linux-upstream.nokernelheaders \
			make -s -C "$TOP" deb-kernel CONFIG="$config" &&
			make -s -C "$TOP" deb &&
			make -s -C "$TOP" deb VERSION="$VM_NEXT"
	} >"$log" 2>&1 || { tail -n 20 "$log" >&2; return 1; }
	VM_RELEASE=$(cat "$TOP/build/deb-kernel/include/config/kernel.release")
	VM_KERNEL=$(echo "$TOP/build/deb/linux-image-${VM_RELEASE}_"*"-${vm_version}_$arch.deb")
	VM_TOOLS=$TOP/build/deb/mosix-tools_${vm_version}_$arch.deb
	VM_TOOLS_NEXT=$TOP/build/deb/mosix-tools_${VM_NEXT}_$arch.deb
	vm_next_kernel >>"$log" 2>&1 || return 1
	export VM_RELEASE VM_KERNEL VM_KERNEL_NEXT VM_TOOLS VM_TOOLS_NEXT
	[[ -e $VM_KERNEL && -e $VM_TOOLS && -e $VM_TOOLS_NEXT ]]
}

# What is ours in the disk is the agent, two users and a network card that takes
# its address from a file; all else is as Debian and dpkg leave it.
vm_make() {
	local image=$1 guest=$TOP/qemu-tests/debian.d/guest kernel=${VM_KERNEL##*/}
	rm -f "$image.ours"
	mmdebstrap "${vm_options[@]}" --include="${vm_debian[*]}" \
		--customize-hook=": >$image.ours" \
		--customize-hook="upload $VM_KERNEL /root/$kernel" \
		--customize-hook="upload $WORK/bin/agent /usr/local/sbin/agent" \
		--customize-hook="upload $guest/agent.service /etc/systemd/system/agent.service" \
		--customize-hook="upload $guest/fstab /etc/fstab" \
		--customize-hook="upload $guest/setup /root/setup" \
		--customize-hook="chroot \"\$1\" sh /root/setup $kernel" \
		"$(debian_suite)" "$image" ${DEBIAN_MIRROR+"$DEBIAN_MIRROR"} \
		>&2 </dev/null || { [[ ! -e $image.ours ]]; return $(($? + 1)); }
	rm -f "$image.ours"
	truncate -s 3G "$image" && resize2fs "$image" >&2 &&
		tune2fs -j "$image" >&2 || return 2
}

vm_base() {
	local dir=$TOP/build/debian sum image
	local PATH=$PATH:/usr/sbin:/sbin
	mkdir -p "$dir" "$WORK"
	(flock 9 && image_tools) 9>"$WORK/lock" || return 1
	sum=$({
		echo "$(debian_suite) ${vm_debian[*]} ${vm_options[*]}"
		cat "$VM_KERNEL" "$WORK/bin/agent" "$TOP"/qemu-tests/debian.d/{guest/*,image.sh}
	} | sha256sum)
	image=$dir/machine-${sum:0:12}.ext4
	(
		flock 9
		[[ ! -e $image ]] || exit 0
		rm -f "$dir"/machine-*
		echo "making a Debian of $(debian_suite), with $VM_RELEASE ..." >&2
		vm_make "$dir/machine-$$.part" || exit
		mv "$dir/machine-$$.part" "$image"
	) 9>"$dir/lock.machine" || return
	export VM_BASE=$image
}
