# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# From the user's shell into the namespaces in which guests live.
#
#   enter SETSID SCRIPT ARGS...  run it as process 1 of a PID namespace, with a
#                       network and mounts of its own; our end is its end. SETSID
#                       is "setsid", or nothing for what has the terminal
#   need_tun            skip where no taps can be made
#   prune               remove the folders of dead runs, but the last six
#   still_runs DIR      is the run alive that has this folder
#
# Needs $WORK. What shall be done when a signal ends us, a function before_end
# does, if there is one.

still_runs() {
	[[ -e $1/alive ]] && ! flock -n "$1/alive" true
}

prune() {
	local dir old=()
	for dir in $(ls -td "$WORK"/{normal,debug,kcsan,debian}-*/ 2>/dev/null || true); do
		still_runs "$dir" || old+=("$dir")
	done
	((${#old[@]} <= 6)) || rm -rf "${old[@]:6}"
}

# Everything lives in a PID namespace: when its first process goes, the kernel
# ends all the others, and with them go the network and the mounts. The chain
# of parents' deaths makes that hold for kill -9 of this script too.
choose_namespaces() {
	namespaces=(--net --pid --mount-proc --fork --kill-child)
	unshare "${namespaces[@]}" true 2>/dev/null ||
		namespaces=(--map-root-user "${namespaces[@]}")
	if ! unshare "${namespaces[@]}" true; then
		echo "1..0 # SKIP not root, and no user namespaces here"
		exit 4
	fi
}

need_tun() {
	[[ ! -r /dev/net/tun || ! -w /dev/net/tun ]] || return 0
	echo "1..0 # SKIP /dev/net/tun needs root, or mode 0666"
	exit 4
}

interrupted() {
	exec 2>/dev/null	# the shell would tell that it killed its child
	kill -KILL "$child" 2>/dev/null || true
	wait || true
	! declare -F before_end >/dev/null || before_end
	echo "Bail out! interrupted by SIG$1"
	trap - "$1"
	kill -"$1" $$
}

enter() {
	local session=$1 signal
	shift
	mkdir -p "$WORK"
	prune
	choose_namespaces
	for signal in INT TERM HUP; do
		# shellcheck disable=SC2064 # the name is known now
		trap "interrupted $signal" "$signal"
	done
	# shellcheck disable=SC2086 # $session may be nothing
	setpriv --pdeathsig KILL $session unshare "${namespaces[@]}" \
		bash "$@" <&0 &
	child=$!
	wait "$child"
}
