# shellcheck shell=bash disable=SC2154 # variables of check.sh
# SPDX-License-Identifier: GPL-2.0-only
# Every command line of the guide is run, in its order, in a made-up /proc whose
# processes do as they are told. What is no command of ours is looked up instead:
# units, targets of make, packages.

top=$here/../..
guide=$top/Documentation/admin-guide.rst
etc=$tmp/etc
mkdir -p "$etc" "$proc/self/mosix" "$tmp/prom"
for name in lock nodes; do
	echo 0 >"$proc/self/mosix/$name"
done
echo all >"$proc/10/mosix/nodes"
for name in reserve_kib max_guests call_us key_old_s link_timeout_s journal_kib \
	wire_version; do
	echo 1 >"$proc/mosix/admin/$name"
done
echo 10 >"$proc/mosix/nodes/2/version"
: >"$proc/mosix/key"
echo "links encrypted" >"$proc/mosix/security"
printf 'true\ntrue\n' >"$tmp/lines"

# Whom a new node asks is a host of its own, and so is the new node.
. "$here/net.sh"
net=192.0.2
has_net=
make_contact() {
	make_net 11 14 >"$tmp/out" 2>"$tmp/err" || return 0
	make_host 11
	make_host 14
	install -m 600 "$etc/key" "$(h 11)/etc/key"
	ctl 11 setup 192.0.2.11 && ctl 11 join || return
	echo 1 >"$(h 11)/proc/mosix/self"
	listens 11 && has_net=1
}
join_by_contact() { # join ARGUMENT...: without namespaces join.sh says that it skips
	if [ "$has_net" ]; then
		# with the key it has done none of the steps so far
		[[ $* != *--key* ]] || rm -f "$(h 14)"/etc/*
		ctl 14 "${@/127.0.0.1/192.0.2.11}" && test -s "$(h 14)/etc/key"
	fi
}

# Until $tmp/obey is gone: whoever is told to goes.
obey() {
	local dir to

	while [ -e "$tmp/obey" ]; do
		for dir in "$proc"/[0-9]*; do
			to=$(cat "$dir/mosix/goto" 2>/dev/null || echo 0)
			case $to in
			0) ;;
			home)
				if [ "$(cat "$dir/mosix/home")" = 1 ]; then
					echo 1 >"$dir/mosix/where"
					echo 0 >"$dir/mosix/goto"
				else
					rm -r "$dir"
				fi ;;
			*) echo 0 >"$dir/mosix/goto" ;;
			esac
		done
		sleep 0.1
	done
}

# A PID that is to come must be there when a job takes it down.
have_next_pids() {
	python3 -c '
import os, sys
for pid in range(os.getpid() + 1, os.getpid() + 3000):
    os.symlink("10", f"{sys.argv[1]}/{pid}")' "$proc"
}

# What a reader has to fill in, and what there is one of only on a system.
filled_in() { # TEXT
	sed -E "s|\\bPID\\b|10|g; s|\\bNODE\\b|2|g; s|\\bLIST\\b|1-2|g
		s|\\bCOMMAND\\b|true|g; s|\\bFILE\\b|$tmp/lines|g; s|\\\$\\\$|10|g
		s|/proc/mosix|$proc/mosix|g; s|:/etc/mosix|:$tmp|g
		s|/etc/mosix|$etc|g; s|/root/mosix.key|$tmp/mosix.key|g; s|192\\.0\\.2\\.11|127.0.0.1|g
		s|/var/lib/prometheus/node-exporter|$tmp/prom|g
		s|/var/lib/checkpoint|$tmp/checkpoint|g
		s/(-t|--timeout) 60/\\1 5/g" <<<"$1"
}

systemctl() { # VERB... UNIT, or set-property UNIT NAME=VALUE...
	local unit=${*: -1}

	[[ $1 != set-property ]] || unit=$2

	[[ $unit == *.* ]] || unit=$unit.service
	[ -f "$here/../debian/$unit" ] || return
	case $1 in
	enable | disable) grep -q '^\[Install\]' "$here/../debian/$unit" ;;
	mask)
		for unit in "${@:2}"; do
			grep -q "^Wants=.* $unit" "$here/../debian/mosix.service" || return
		done ;;
	reload) grep -q '^ExecReload=' "$here/../debian/$unit" ;;
	set-property) [[ ${*:3} =~ ^([A-Z][A-Za-z]+=[^ ]+ ?)+$ ]] ;;
	start | stop | restart | status) ;;
	*) return 1 ;;
	esac
}
make() {
	command make -n -C "$top" "$@"
}
apt() { # install PACKAGE: a name that our scripts give
	case ${2##*/} in
	mosix-tools_\**) grep -q 'out=.*/deb/mosix-tools_' "$top/kernel/scripts/mkdeb.sh" ;;
	linux-image-\**) grep -q bindeb-pkg "$top/kernel/scripts/mkdeb-kernel.sh" ;;
	*) return 1 ;;
	esac
}
scp() { # -p FILE... TO
	local file

	if [[ $2 == root@*:* ]]; then
		cp "$etc/${2##*/}" "$3"
		return
	fi
	for file in "${@:2:$# - 2}"; do
		[ -f "$file" ] || return
	done
	[[ ${*: -1} == root@*:* ]]
}
# It dumps no process here: are there such commands and options, and the folder?
criu() { # COMMAND OPTION...
	local help word

	command -v criu >/dev/null || return 0
	help=$(command criu --help)
	grep -qE "^  (criu )?$1\\b" <<<"$help" || return
	for word in "${@:2}"; do
		case $word in
		-*) grep -qE -- "(^|[ |])$word([ |]|\$)" <<<"$help" || return ;;
		"$tmp"/*) [ -d "$word" ] || return ;;
		esac
	done
}
crit() { # x DIR WHAT
	[ -d "$2" ] || return
	command -v crit >/dev/null || return 0
	command crit "$1" --help | grep -qE "[{,]$3[,}]"
}
for name in migrate mosbestnode mosctl mosmetrics mosps mosrun mostestload; do
	eval "$name() { command '$bin/$name' -p '$proc' \"\$@\"; }"
done
mosctl() {
	if [[ $* == "join --contact"* || $* == "join --discover"* ]]; then
		[ "$has_net" ] || make_contact || return
		join_by_contact "$@"
		return
	fi
	if [ "$1" = forget ]; then	# who has left before
		sed -i.before -E "s/^( *$2 +)up[^ ]*/\1down/" "$proc/mosix/vector"
		command "$bin/mosctl" -p "$proc" -e "$etc" "$@" || return
		mv "$proc/mosix/vector.before" "$proc/mosix/vector"
		return
	fi
	command "$bin/mosctl" -p "$proc" -e "$etc" "$@"
}
mosrun() {
	[[ $* != *-J* ]] || have_next_pids
	command "$bin/mosrun" -p "$proc" "$@"
	local status=$?

	find "$proc" -maxdepth 1 -type l -delete
	return "$status"
}
# whoever has that PID here is not to be harmed
moskillall() {
	command "$bin/moskillall" -p "$proc" --dry-run "$@"
}
# with a terminal, and the key that ends them
for name in mosmon mostop; do
	eval "$name() { (sleep 1; echo q) |
		command script -qec \"'$bin/$name' -p '$proc'\" /dev/null; }"
done

does() { # KIND TEXT
	local line

	case $1 in
	map)
		printf '%b\n' "$(filled_in "$2")" >"$tmp/map"
		runs 0 mosctl check "$tmp/map" ;;
	key)
		printf '%064d\nnode %064d\n' 1 2 >"$tmp/key"
		chmod 600 "$tmp/key"
		runs 0 mosctl key "$tmp/key" ;;
	nft)
		printf '%b\n' "$2" >"$tmp/nft"
		command -v nft >/dev/null || return 0
		runs 0 nft -c -f "$tmp/nft" ;;
	*)
		line=$(filled_in "$2")
		runs 0 eval "$line" ;;
	esac
}

mask=$(umask)	# the guide has one for secrets
: >"$tmp/obey"
obey 2>"$tmp/talk" &
python3 "$here/guide.py" "$guide" >"$tmp/guide"
claim "the guide has command lines" test "$(wc -l <"$tmp/guide")" -gt 50
# the members of a job that has ended are no more: this one goes on
mkdir -m 700 "$MOSIX_JOBS"
echo "10 710" >"$MOSIX_JOBS/night"
while IFS=$'\t' read -r kind text; do
	claim "guide: ${text%%\\n*}" does "$kind" "$text"
done <"$tmp/guide"
umask "$mask"
rm "$tmp/obey"
[ -z "$has_net" ] || end_net
wait
unset -f systemctl make apt scp criu crit migrate mosbestnode mosctl moskillall mosmetrics \
	mosmon mosps mosrun mostestload mostop
rm -r "$etc" "$MOSIX_JOBS"
