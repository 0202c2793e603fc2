#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The inside of qemu-tests/run: process 1 of a PID namespace with a network
# and mounts of its own, so whatever happens here ends with it.
#   main.sh FLAVOUR tests FILE...        KTAP; FLAVOUR may be all
#   main.sh FLAVOUR with SCRIPT ARGS...  boot, run a script beside the cluster
#   main.sh FLAVOUR manual               boot, wait for the user to leave
set -uo pipefail

lib=$TOP/qemu-tests/lib
. "$lib/ktap.sh"
. "$lib/image.sh"
. "$lib/net.sh"
. "$lib/share.sh"
. "$lib/boot.sh"
. "$lib/guest.sh"
. "$lib/splat.sh"
. "$lib/cluster.sh"
. "$lib/script.sh"

# What they need, and of what they want what is installed here.
needs_of() {
	local test program
	for test in "$@"; do
		[[ $test != @* ]] || continue
		header "$test" needs
		for program in $(header "$test" wants); do
			! PATH=$image_path type -P "$program" >/dev/null ||
				echo "$program"
		done
	done | tr ' ' '\n' | sort -u | grep .
}

# Why a test cannot have the shares that it asks for.
share_lacks() { # "PERCENT..."
	if [[ ! $1 ]]; then
		return
	elif [[ ! ${SHARES-} ]]; then
		echo "${SHARES_WHY:-no control groups were made}"
	elif ((SMP != 1)); then
		echo "needs SMP=1: a share is one of one CPU"
	fi
}

run_test() {
	local test=$1 name limit log before=$ktap_failed status only min share
	local began=$SECONDS
	name=${test##*/}
	name=${name%.sh}
	only=$(header "$test" flavour)
	if [[ $only && ${only% } != "$FLAVOUR" ]]; then
		ktap_result ok "$name # SKIP only for ${only% } kernels"
		return
	fi
	min=$(header "$test" nodes)
	if ((${min:-1} > NODES)); then
		ktap_result ok "$name # SKIP needs ${min% } nodes"
		return
	fi
	share=$(header "$test" share)
	min=$(share_lacks "$share")
	if [[ $min ]]; then
		ktap_result ok "$name # SKIP $min"
		return
	fi
	limit=$(header "$test" limit)
	limit=$((${limit:-120} * SLOW))
	log=$CLUSTER/$name.log
	export TMP=$CLUSTER/tmp.$name
	mkdir -p "$TMP"
	capture_start "$CLUSTER/$name.pcap" || ktap_result "not ok" \
		"$name: packets are captured"
	# shellcheck disable=SC2086 # one for each node
	[[ ! $share ]] || shares $share
	run_script "$test" "$name" "$log" "$limit"
	if [[ $share ]]; then
		share_used >>"$log"
		shares max
	fi
	capture_stop
	check_wire "$test" "$name" >>"$log" 2>&1 || ktap_result "not ok" \
		"$name: the nodes sent only what a node may send"
	case $status in
	0) ;;
	124) ktap_result "not ok" "$name: ends within $limit s" ;;
	*) ktap_result "not ok" "$name: ended with status $status" ;;
	esac
	after_test "$name" "$log" "$before"
	echo "$((SECONDS - began)) $name" >>"$CLUSTER/took"
}

# Where the time of a run went.
longest() {
	sort -rn "$CLUSTER/took" 2>/dev/null | head -n 12 |
		awk '{ printf "%s%s %d s", sep, $2, $1; sep = ", " }'
}

# Whatever a test is about; but not when it plays a hostile node itself.
check_wire() {
	local said status=0
	[[ ! $(header "$1" wire) ]] || return 0
	said=$(timeout 120 "$CLUSTER/pcapcheck" "$CLUSTER/$2.pcap" check) ||
		status=$?
	echo "$said"
	# Holes (status 1 and nothing bad) are the capture's fault, not a node's.
	((status <= 1)) && [[ $said != *bad:* ]]
}

after_test() {
	local name=$1 log=$2 before=$3
	if ! cluster_health >"$CLUSTER/health" 2>&1; then
		cat "$CLUSTER/health" >>"$log"
		ktap_result "not ok" "$name: the nodes stay healthy"
		show_log "$CLUSTER/health" 60
		cluster_again
	fi
	rm -rf "$TMP"
	if ((ktap_failed > before)); then
		ktap_note "$name: log ${log#"$TOP/"}"
		show_failures "$log"
	elif [[ -z ${KEEP-} ]]; then
		rm -f "$CLUSTER/$name"*.pcap
	fi
}

cluster_again() {
	local i
	cluster_down
	for ((i = 1; i <= NODES; i++)); do
		forgive "$i"
		rm -f "$CLUSTER/crashed.$i"
	done
	cluster_up || bail "the cluster does not boot again"
}

bail() {
	ktap_result "not ok" "$1"
	[[ ! -e $CLUSTER/programs.log ]] || show_log "$CLUSTER/programs.log"
	show_consoles
	echo "Bail out! $1"
	exit 1
}

# Programs that hold their tests themselves, in node 1.
run_selftests() {
	local file name log before
	for file in "$WORK"/selftests/*; do
		[[ -x $file ]] || continue
		name=${file##*/}
		log=$CLUSTER/selftest.$name.log
		before=$ktap_failed
		export TMP=$CLUSTER/tmp.$name
		mkdir -p "$TMP"
		node -t $((120 * SLOW)) 1 "/selftests/$name" >"$log" 2>&1
		ktap_fold "selftest $name" <"$log"
		after_test "selftest $name" "$log" "$before"
	done
}

# Unit tests in the kernel, which run while it boots; one node shows them.
run_kunit() {
	local log=$CLUSTER/kunit.log
	ls "$TOP"/{kernel,deputy,loadinfo}/*_kunit.c >/dev/null 2>&1 || {
		ktap_result ok "kunit # SKIP there is no suite yet"
		return
	}
	kill_node 1
	boot_node 1 kunit.enable=1
	if ! wait_node 1; then
		ktap_result "not ok" "kunit: the kernel boots with its tests"
		show_log "$CLUSTER/console.1" 40
		return
	fi
	node 1 dmesg | sed 's/^\[[^]]*\] \?//' | sed -n '/KTAP version/,$p' |
		grep -E '^ *(KTAP|# Subtest|1\.\.|(not )?ok )' >"$log"
	ktap_fold kunit <"$log"
}

# Twice: a block is reported when two scans in a row find no way to it.
run_kmemleak() {
	local i leaks=/sys/kernel/debug/kmemleak out
	for ((i = 1; i <= NODES; i++)); do
		if ! node "$i" test -e $leaks; then
			ktap_result ok "kmemleak: node $i # SKIP not in this kernel"
			continue
		fi
		out=$(node -t 600 "$i" "echo scan >$leaks; sleep 6;
			echo scan >$leaks; cat $leaks")
		if [[ $out ]]; then
			ktap_result "not ok" "kmemleak: node $i lost no memory"
			echo "$out" >"$CLUSTER/kmemleak.$i.log"
			show_log "$CLUSTER/kmemleak.$i.log" 60
		else
			ktap_result ok "kmemleak: node $i lost no memory"
		fi
	done
}

run_flavour() {
	local test began=$SECONDS made needs
	FLAVOUR=$1
	export FLAVOUR
	shift
	mapfile -t needs < <(needs_of "$@")
	cluster_make "$FLAVOUR" "${needs[@]}" ||
		bail "no $FLAVOUR cluster can be made"
	made=$SECONDS
	ktap_note "$FLAVOUR kernel, $NODES nodes, $ACCEL," \
		"logs in ${CLUSTER#"$TOP/"}"
	if [[ -e $CLUSTER/programs.bad ]]; then
		ktap_result "not ok" "$FLAVOUR: all programs compile"
		show_log "$CLUSTER/programs.log"
	fi
	cluster_up || bail "the $FLAVOUR kernel does not boot"
	ktap_result ok "$FLAVOUR: $NODES nodes boot"
	ktap_note "made in $((made - began)) s, booted in $((SECONDS - made)) s"
	for test in "$@"; do
		case $test:$FLAVOUR in
		@selftests:*) run_selftests ;;
		@kmemleak:debug) run_kmemleak ;;
		@kunit:debug) run_kunit ;;
		@*) ;;
		*) run_test "$test" ;;
		esac
	done
	if ! cluster_health >"$CLUSTER/health" 2>&1; then
		ktap_result "not ok" "$FLAVOUR: no node complains to the end"
		show_log "$CLUSTER/health" 60
	fi
	cluster_end
	ktap_note "  longest: $(longest)"
	ktap_note "$FLAVOUR took $((SECONDS - began)) s"
}

# A cluster for something that is no test: what goes wrong is told in words.
run_beside() {
	local status=0 needs=() flavour=$1
	shift
	[[ ! -f $1 ]] || mapfile -t needs < <(needs_of "$1")
	if ! cluster_make "$flavour" "${needs[@]}" || ! cluster_up; then
		cat "$CLUSTER/programs.log" >&2
		show_consoles >&2
		return 1
	fi
	ln -sfn "$CLUSTER" "$WORK/manual"
	export TMP=$CLUSTER/tmp
	mkdir -p "$TMP"
	capture_start "$CLUSTER/all.pcap" || return 1
	bash "$@" || status=$?
	if ! cluster_health >"$CLUSTER/health" 2>&1; then
		echo "the nodes did not stay healthy:" >&2
		cat "$CLUSTER/health" >&2
		status=1
	fi
	cluster_end
	return $status
}

flavour=$1
action=$2
shift 2
case $flavour-$action in
all-tests)
	ktap_begin
	run_flavour normal "$@"
	run_flavour debug "$@"
	ktap_end
	;;
*-tests)
	ktap_begin
	run_flavour "$flavour" "$@"
	ktap_end
	;;
*-with) run_beside "$flavour" "$@" ;;
*-manual) run_beside "$flavour" "$TOP/qemu-tests/manual" ;;
esac
