#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The Debian packages which building, checking and the emulated cluster need:
# this is the one list. Installs those that are missing, as root on Debian or
# a child of it; elsewhere prints what is needed and stops.

. "$(dirname "$0")/lib.sh"

packages=(
	# to build the kernel
	gcc libc6-dev binutils make flex bison bc perl
	libelf-dev libssl-dev cpio rsync lz4 xz-utils patch diffutils ccache
	# to make and check patches
	git sparse coccinelle shellcheck codespell python3
	# to fuzz the pure code
	clang libclang-rt-dev
	# to look at the models of protocols
	spin
	# to make and check the tools
	libncurses-dev tmux man-db
	# to run the cluster
	qemu-system-x86 busybox-static iproute2 util-linux procps libpcap-dev
	# programs which the tests and the demo move about
	openssl strace gdb psmisc
	# to make the Debian userland of the tests that run real programs, and the
	# disks of those that run Debian
	mmdebstrap genext2fs e2fsprogs qemu-utils
	# to make packages
	dpkg-dev debhelper kmod
	# to build the selftests of the base that they run
	libcap-dev
)
# the base, unless another one is named
[ -n "${LINUX_SRC:-}" ] || packages+=(linux-source-6.12)

# Not in every release of Debian; who misses one says that it skips something.
optional=(
	# what make bench holds moves against
	criu
)

is_installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
	say "This is not Debian. Needed, by the names of Debian's packages:"
	printf '  %s\n' "${packages[@]}" "${optional[@]}"
	die "install them with this distribution's tools; for the base set" \
		"LINUX_SRC= to a 6.12.y folder or tarball"
fi

missing=()
for p in "${packages[@]}"; do
	is_installed "$p" || missing+=("$p")
done
export DEBIAN_FRONTEND=noninteractive
start=$SECONDS
if [ ${#missing[@]} != 0 ] && [ "$(id -u)" = 0 ]; then
	apt-get update -q >&2 ||
		say "deps: apt-get update failed; trying without"
fi
for p in "${optional[@]}"; do
	is_installed "$p" || ! apt-cache show "$p" >/dev/null 2>&1 ||
		missing+=("$p")
done
if [ ${#missing[@]} = 0 ]; then
	say "deps: all ${#packages[@]} packages are there"
	exit 0
fi

install=(apt-get install -y --no-install-recommends "${missing[@]}")
[ "$(id -u)" = 0 ] || die "missing packages; as root: ${install[*]}"
say "deps: installing ${missing[*]}"
"${install[@]}" >&2 || die "installing failed (see above). Where only" \
	"linux-source-6.12 is missing, set LINUX_SRC= to a 6.12.y source"
say "deps: installed ${#missing[@]} packages ($((SECONDS - start)) s)"
