#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# mkdeb-kernel.sh VERSION: Debian packages of the kernel, by its own bindeb-pkg,
# in build/deb. CONFIG= names the configuration to begin with; else it is that of
# the running kernel. Takes hours for a distribution's configuration. The package's
# version has ours in it: else apt would take the next one for what is there.

. "$(dirname "$0")/lib.sh"
cd "$TOP"

version=$(kernel_version "$OVERLAY")-$1
from=${CONFIG:-/boot/config-$(uname -r)}
objects=$BUILD/deb-kernel
[ -f "$from" ] || die "no configuration $from: set CONFIG="
[ -d "$OVERLAY" ] || die "no kernel tree: make overlay"
lock_trees shared
lock_objects deb-kernel
mkdir -p "$objects" "$BUILD/deb"
# keys and signatures of the distribution are not ours to use
{
	grep -vE '^CONFIG_(SYSTEM_TRUSTED_KEYS|SYSTEM_REVOCATION_KEYS|MODULE_SIG_KEY)=' \
		"$from"
	cat kernel/scripts/deb.config
} >"$objects/.config"
kmake "$OVERLAY" "$objects" olddefconfig
grep -q '^CONFIG_MOSIX=y' "$objects/.config" ||
	die "CONFIG_MOSIX is not in the configuration: see kernel/Kconfig"
kmake "$OVERLAY" "$objects" LOCALVERSION=-mosix KDEB_PKGVERSION="$version" \
	bindeb-pkg
# the kernel puts its packages beside the objects' folder
find "$BUILD" -maxdepth 1 -name 'linux-*.deb' -exec mv -t "$BUILD/deb" {} +
find "$BUILD" -maxdepth 1 -name 'linux-upstream_*' -delete
say "deb: $(echo "$BUILD"/deb/linux-image-*_"${version}"_*.deb)"
