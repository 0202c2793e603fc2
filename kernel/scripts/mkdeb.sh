#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# mkdeb.sh VERSION: the Debian package of the tools, build/deb/mosix-tools_*.deb.

. "$(dirname "$0")/lib.sh"
cd "$TOP"

version=$1
arch=$(dpkg --print-architecture)
stage=$BUILD/deb/stage
out=$BUILD/deb/mosix-tools_${version}_$arch.deb
from=tools/debian

# a package is for all, whoever makes it
umask 022
rm -rf "$stage"
mkdir -p "$stage/DEBIAN"
make -s -C tools install OUT="$BUILD/deb/tools" \
	DESTDIR="$stage" PREFIX=/usr VERSION="$version"
strip "$stage"/usr/bin/*
find "$stage/usr/share/man" -type f -exec gzip -9n {} +

install -D -m 644 -t "$stage/lib/systemd/system" \
	$from/*.{service,slice,socket,timer}
install -D -t "$stage/usr/lib/mosix" $from/policy
install -D -m 644 $from/pam-config "$stage/usr/share/pam-configs/mosix"
install -D -m 644 $from/map "$stage/etc/mosix/map"
install -D -m 644 $from/settings "$stage/etc/mosix/settings"
install -D -m 644 $from/policy.conf "$stage/etc/mosix/policy"
install -D -m 644 -t "$stage/usr/share/doc/mosix" \
	Documentation/{admin-guide,coverage,proc,stay-reasons}.rst
install -D -m 644 COPYING "$stage/usr/share/doc/mosix-tools/copyright"

install -t "$stage/DEBIAN" $from/postinst $from/prerm $from/postrm
printf '/etc/mosix/%s\n' map policy settings >"$stage/DEBIAN/conffiles"
(cd "$stage" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' |
	sort -z | xargs -0 md5sum) >"$stage/DEBIAN/md5sums"
cat >"$stage/DEBIAN/control" <<-END
	Package: mosix-tools
	Version: $version
	Architecture: $arch
	Section: admin
	Priority: optional
	Maintainer: The Mosix maintainers <root@localhost>
	Installed-Size: $(du -sk --exclude=DEBIAN "$stage" | cut -f1)
	Depends: libc6 (>= 2.36), libncursesw6, libssl3 | libssl3t64, libtinfo6, libpam-modules, libpam-runtime
	Suggests: bash-completion, prometheus-node-exporter
	Description: commands and services of Mosix, for its kernel
	 Processes move among the nodes of a cluster that runs the Mosix kernel. This
	 package has the commands to watch and steer that, the service that joins the
	 cluster at boot, and the policy of what may move.
END
dpkg-deb --root-owner-group --build "$stage" "$out" >&2
rm -rf "$stage"
say "deb: $out"
