# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A Debian userland for node 1: a disk that its guest mounts as /debian. Made
# once by mmdebstrap, as root or in a user namespace, from the mirror that
# DEBIAN_MIRROR names or mmdebstrap chooses; kept in build/debian.
#
#   debian_wanted TEST...   does one of them say "# disk: debian"
#   debian_make             make it unless it is there; sets and exports DEBIAN
#
# Needs $TOP. Without a mirror or mmdebstrap, DEBIAN stays empty and the tests
# that want it are skipped.

debian_packages=(bash bc curl diffutils gawk gcc git gzip libc6-dev libcap2
	make mawk openssl perl procps python3 sqlite3 stress-ng tar xz-utils)

# Nobody reads manuals there.
debian_options=(--quiet --variant=essential --format=ext2
	--dpkgopt='path-exclude=/usr/share/doc/*'
	--dpkgopt='path-exclude=/usr/share/info/*'
	--dpkgopt='path-exclude=/usr/share/locale/*'
	--dpkgopt='path-exclude=/usr/share/man/*')

export DEBIAN=

debian_wanted() {
	local test
	for test in "$@"; do
		[[ ! -f $test ]] || ! grep -q '^# disk: debian$' "$test" || return 0
	done
	return 1
}

debian_suite() {
	local suite
	suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	grep -qx 'ID=debian' /etc/os-release && [[ $suite ]] || suite=stable
	echo "$suite"
}

debian_make() {
	local dir=$TOP/build/debian suite image sum
	suite=$(debian_suite)
	sum=$(echo "$suite ${debian_packages[*]} ${debian_options[*]}" | sha256sum)
	image=$dir/$suite-${sum:0:12}.ext2
	mkdir -p "$dir"
	(
		flock 9
		[[ ! -e $image ]] || exit 0
		rm -f "$dir"/*.ext2 "$dir"/*.part
		echo "making a Debian userland of $suite ..." >&2
		mmdebstrap "${debian_options[@]}" --include="${debian_packages[*]}" \
			"$suite" "$image.part" ${DEBIAN_MIRROR+"$DEBIAN_MIRROR"} >&2 &&
			mv "$image.part" "$image"
	) 9>"$dir/lock" || return 1
	DEBIAN=$image
}
