# shellcheck shell=bash disable=SC2154 # variables of check.sh
# SPDX-License-Identifier: GPL-2.0-only
# The policy of what may move; what dpkg runs; and the package: installed,
# upgraded, removed and purged in a root of its own.

# What dpkg runs, with systemctl and pam-auth-update made up: each line that they
# are called with is in $tmp/called; $tmp/on has the units that are enabled.
mkdir -p "$tmp/stub" "$tmp/on"
cat >"$tmp/stub/systemctl" <<-'END'
	#!/bin/sh
	echo "systemctl $*" >>"$STUB/called"
	for unit; do :; done
	case $* in
	*is-enabled*) test -e "$STUB/on/$unit" ;;
	enable*) : >"$STUB/on/$unit" ;;
	disable*) rm -f "$STUB/on/$unit" ;;
	esac
END
cat >"$tmp/stub/pam-auth-update" <<-'END'
	#!/bin/sh
	echo "pam-auth-update $*" >>"$STUB/called"
END
chmod +x "$tmp/stub/"*
script() { # NAME ARGUMENT...: with our folders for those of the system
	local name=$1

	shift
	: >"$tmp/called"
	sed "s|/run/systemd/system|$tmp|; s|/var/lib/mosix|$tmp/state|" \
		"$here/../debian/$name" >"$tmp/script"
	runs 0 env STUB="$tmp" PATH="$tmp/stub:$PATH" DPKG_ROOT="${dpkg_root:-}" \
		sh "$tmp/script" "$@"
}
enabled() { # UNIT...
	[ "$(cd "$tmp/on" && shopt -s nullglob && echo *)" = "$*" ]
}
called() {
	grep -qxF -- "$1" "$tmp/called"
}
claim "postinst at first" script postinst configure ""
claim "enables the cluster's service" enabled mosix.service
claim "and starts it" called "systemctl start mosix.service"
claim "and has PAM know of it" called "pam-auth-update --package"
rm "$tmp/on/mosix.service"
: >"$tmp/on/mosix-metrics.timer"
claim "postinst of an upgrade" script postinst configure 0.1
claim "enables nothing" enabled mosix-metrics.timer
claim "nor starts what the admin disabled" test -z \
	"$(grep 'start mosix.service' "$tmp/called")"
claim "prerm of an upgrade" script prerm upgrade 0.2
claim "does nothing" test ! -s "$tmp/called"
claim "prerm of a removal" script prerm remove
claim "disables all" enabled ""
claim "stops the cluster's service" called "systemctl stop mosix.service"
claim "and PAM forgets it" called "pam-auth-update --package --remove mosix"
claim "postinst after a removal" script postinst configure 0.1
claim "enables what had been" enabled mosix-metrics.timer
claim "and leaves no notes" test ! -e "$tmp/state"
claim "prerm of another removal" script prerm remove
claim "takes notes" test -e "$tmp/state/mosix-metrics.timer"
dpkg_root=$tmp/elsewhere
mkdir -p "$dpkg_root/etc/mosix"
echo secret >"$dpkg_root/etc/mosix/key"
claim "postrm of a removal" script postrm remove
claim "leaves the key" test -e "$dpkg_root/etc/mosix/key"
claim "postrm of a purge" script postrm purge
claim "does not" test ! -e "$dpkg_root/etc/mosix"
claim "prerm for a root of its own" script prerm remove
claim "touches nothing of this one" test ! -s "$tmp/called"
unset dpkg_root

policy=$here/../debian/policy

# Each command of a unit is one that there is: not wrong usage, nor missing.
unit_commands() {
	sed -n 's/^Exec[A-Za-z]*=-\?//p' "$here"/../debian/*.service |
		sed "s|/usr/bin/mosctl|& -e $tmp/none|
			s|/usr/bin/\([a-z]*\)|$bin/\1 -p $proc|; s|/etc/mosix|$tmp/none|
			s|/usr/lib/mosix/policy boot|sh $policy boot /dev/null|
			s|/var/lib|$tmp|; s|--timeout 60|--timeout 1|"
}
wrong_commands() {
	local line status

	unit_commands | while read -r line; do
		status=0
		sh -c "$line" >"$tmp/out" 2>&1 </dev/null || status=$?
		[ $status != 2 ] && [ $status -lt 126 ] || echo "$line"
	done
}
claim "the service has the group that guests are put into" \
	grep -q '^Wants=.*mosix\.slice' "$here/../debian/mosix.service"
claim "which is there" test -e "$here/../debian/mosix.slice"
claim "units have commands" test "$(unit_commands | wc -l)" -ge 5
claim "that are there" test -z "$(wrong_commands)"

export proc conf=$here/../debian/policy.conf
process 1 init 1 1 0 -
in_group() { # PID GROUP [LOGIN]
	process "$1" some 1 1 0 -
	echo "0::/$2" >"$proc/$1/cgroup"
	echo "${3:-4294967295}" >"$proc/$1/loginuid"
}
in_group 301 system.slice/cron.service
in_group 302 system.slice/cron.service 1000
in_group 303 user.slice/user-1000.slice/session-1.scope 1000
in_group 304 ""
echo 0 >"$proc/mosix/self"
claim "before there is a map" runs 0 sh "$policy" boot "$conf" "$proc"
claim "services are to stay, those to come" holds 1 1/mosix/lock
claim "and those that run" holds 1 301/mosix/lock
claim "but not what cron runs for a user" holds 0 302/mosix/lock
claim "nor a session" holds 0 303/mosix/lock
claim "nor the kernel's threads" holds 0 304/mosix/lock
echo 1 >"$proc/mosix/self"
claim "the service locks before anything may move" test "policy boot join" = \
	"$(sed -n 's|^ExecStart=/.*/\(mosctl \)\?||p' "$here/../debian/mosix.service" |
		paste -sd' ')"
# the policy is called by the process that the session's will come from
session() { # USER TYPE
	bash -c 'mkdir -p "$proc/$$/mosix"
		echo 1 >"$proc/$$/mosix/lock"
		PAM_USER=$1 PAM_TYPE=$2 sh "$3" session "$conf" "$proc"
		cat "$proc/$$/mosix/lock"' bash "$1" "$2" "$policy"
}
claim "a session may move" test "$(session anna open_session)" = 0
claim "its end changes nothing" test "$(session anna close_session)" = 1
sed 's/not_for=.*/not_for="otto anna"/; s/^services=.*/services=move/' \
	"$conf" >"$tmp/policy"
conf=$tmp/policy
claim "that of a user for whom it is not" test "$(session anna open_session)" = 1
claim "stays, of another one not" test "$(session anne open_session)" = 0
claim "services may move" runs 0 sh "$policy" boot "$conf" "$proc"
claim "if it says so" holds 0 1/mosix/lock
echo services=perhaps >"$tmp/policy"
claim "what is no policy is refused" runs 1 sh "$policy" boot "$conf" "$proc"
claim "and said" says err "neither move nor stay"
claim "another kernel is no error" runs 0 sh "$policy" boot /dev/null "$tmp/none"
# What PAM passes to root a user may have put into the environment.
echo ": >$tmp/done" >"$tmp/policy"
MOSIX_POLICY=$tmp/policy sh "$policy" session >"$tmp/out" 2>&1 || true
claim "the environment names no policy" test ! -e "$tmp/done"
claim "nor is a session's end asked" grep -q ' type=open_session ' \
	"$here/../debian/pam-config"
rm -r "$proc"/{1,301,302,303,304}
unset conf

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
echo secret >"$root/etc/mosix/key"
claim "it upgrades" runs 0 "${dpkg[@]}" -i "$tmp/0.0.2.deb"
claim "to the later version" test "$("$root/usr/bin/mosctl" --version)" = \
	"mosctl (mosix) 0.0.2"
claim "and leaves the map as it is" grep -q '^self 1' "$root/etc/mosix/map"
claim "it is removed" runs 0 "${dpkg[@]}" -r mosix-tools
claim "and leaves what the admin wrote" test "$(traces | sort | paste -sd' ')" = \
	"$(printf "$root/etc/mosix/%s\n" key map policy settings | paste -sd' ')"
claim "it is purged" runs 0 "${dpkg[@]}" -P mosix-tools
claim "and leaves nothing" test -z "$(traces)$(find "$root" -name '*mosix*')"
