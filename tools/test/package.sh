# shellcheck shell=bash disable=SC2154 # variables of check.sh
# SPDX-License-Identifier: GPL-2.0-only
# The package: installed, upgraded, removed and purged in a root of its own; and
# the policy of what may move.

if ! command -v dpkg-deb >/dev/null; then
	skip "the package" "this is not Debian"
	return
fi

top=$here/../..
root=$tmp/root
dpkg=(dpkg --root="$root" --force-depends --force-script-chrootless
	--force-not-root --force-confold --log="$tmp/dpkg.log")
package() { # VERSION
	runs 0 "$top/kernel/scripts/mkdeb.sh" "$1"
	mv "$top/build/deb/mosix-tools_$1"_*.deb "$tmp/$1.deb"
}
traces() {
	find "$root" -path "$root/var" -prune -o ! -type d -print
}

mkdir -p "$root/var/lib/dpkg"/{info,updates}
: >"$root/var/lib/dpkg/status"
claim "the package is made" package 0.0.1
claim "and a later one" package 0.0.2
claim "all files belong to root" test -z "$(dpkg-deb -c "$tmp/0.0.1.deb" |
	awk '$2 != "root/root"')"
claim "it installs" runs 0 "${dpkg[@]}" -i "$tmp/0.0.1.deb"
claim "with the commands" test -x "$root/usr/bin/mosctl"
claim "that say their version" test "$("$root/usr/bin/mosctl" --version)" = \
	"mosctl (mosix) 0.0.1"
claim "with their pages" test -s "$root/usr/share/man/man5/mosix.5.gz"
claim "and all sums right" runs 0 "${dpkg[@]}" --verify mosix-tools
claim "the map names no nodes" silent_about out "$(grep -v '^#' "$root/etc/mosix/map")."
printf 'self 1\nnode 1 192.0.2.1\n' >"$root/etc/mosix/map"
claim "it upgrades" runs 0 "${dpkg[@]}" -i "$tmp/0.0.2.deb"
claim "to the later version" test "$("$root/usr/bin/mosctl" --version)" = \
	"mosctl (mosix) 0.0.2"
claim "and leaves the map as it is" grep -q '^self 1' "$root/etc/mosix/map"
claim "it is removed" runs 0 "${dpkg[@]}" -r mosix-tools
claim "and leaves what the admin wrote" test "$(traces | sort | paste -sd' ')" = \
	"$root/etc/mosix/map $root/etc/mosix/policy"
claim "it is purged" runs 0 "${dpkg[@]}" -P mosix-tools
claim "and leaves nothing" test -z "$(traces)$(find "$root" -name '*mosix*')"

policy=$here/../debian/policy
export MOSIX_PROC=$proc MOSIX_POLICY=$here/../debian/policy.conf
process 1 init 1 1 0 -
claim "at boot" runs 0 sh "$policy" boot
claim "services are to stay" holds 1 1/mosix/lock
# the policy is called by the process that the session's will come from
session() { # USER TYPE
	bash -c 'mkdir -p "$MOSIX_PROC/$$/mosix"
		echo 1 >"$MOSIX_PROC/$$/mosix/lock"
		PAM_USER=$1 PAM_TYPE=$2 sh "$3" session
		cat "$MOSIX_PROC/$$/mosix/lock"' bash "$1" "$2" "$policy"
}
claim "a session may move" test "$(session anna open_session)" = 0
claim "its end changes nothing" test "$(session anna close_session)" = 1
sed 's/not_for=.*/not_for="otto anna"/; s/^services=.*/services=move/' \
	"$MOSIX_POLICY" >"$tmp/policy"
MOSIX_POLICY=$tmp/policy
claim "that of a user for whom it is not" test "$(session anna open_session)" = 1
claim "stays, of another one not" test "$(session anne open_session)" = 0
claim "services may move" runs 0 sh "$policy" boot
claim "if it says so" holds 0 1/mosix/lock
echo services=perhaps >"$tmp/policy"
claim "what is no policy is refused" runs 1 sh "$policy" boot
claim "and said" says err "neither move nor stay"
rm -r "$proc/1"
claim "another kernel is no error" runs 0 sh "$policy" boot
unset MOSIX_PROC MOSIX_POLICY
