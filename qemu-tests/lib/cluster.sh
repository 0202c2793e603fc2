# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# One cluster from nothing to nothing, inside the run's namespaces.
#
#   cluster_make FLAVOUR PROGRAM...  folder, kernel, image, network, hub
#   cluster_up           boot all nodes and wait for them
#   cluster_down         power cut for all
#   cluster_health       names on its output what is wrong; fails if anything
#
# Needs $TOP $WORK $NODES; sets $CLUSTER $SLOW $ACCEL.

cluster_kernel() {
	local bz=${KERNEL:-$TOP/build/$1/arch/x86/boot/bzImage} target=kernel
	[[ $1 == normal ]] || target=kernel-$1
	if [[ ! -e $bz ]]; then
		echo "there is no $1 kernel: run 'make $target' first" >&2
		return 1
	fi
	# A copy: somebody may build while we boot.
	cp "$bz" "$CLUSTER/kernel"
}

cluster_make() {
	local flavour=$1
	shift
	mkdir -p "$WORK"
	CLUSTER=$(mktemp -d "$WORK/$flavour-$(date +%m%d-%H%M%S)-XXX") ||
		return 1
	# Held as long as anything of this cluster lives: see prune.
	exec 8>"$CLUSTER/alive"
	flock 8
	SLOW=1
	# A debug kernel looks at every lock for every segment, and for its long
	# round trips TCP makes them small: that was half the time of a move.
	if [[ $flavour != normal ]]; then
		SLOW=5
		KERNEL_WORDS+=" sysctl.net.ipv4.tcp_min_tso_segs=32"
	fi
	ON_LIMIT=$((60 * SLOW))
	export CLUSTER SLOW ON_LIMIT NODES MEM SMP
	[[ ${LINKS-clear} == clear ]] || make_key >"$CLUSTER/key"
	cp "$CLUSTER/key" "$CLUSTER/key.boot" 2>/dev/null || true
	cluster_kernel "$flavour" || return 1
	{
		flock 9
		image_tools || return 1
		# It knows the messages of this kernel; one built later may not.
		cp "$WORK/bin/pcapcheck" "$CLUSTER" || return 1
		image_programs >"$CLUSTER/programs.log" 2>&1 ||
			: >"$CLUSTER/programs.bad"
	} 9>"$WORK/lock"
	image_make "$CLUSTER/image" "$@" || return 1
	ip link show br0 >/dev/null 2>&1 || net_up "$NODES" || return 1
	boot_accel
	[[ $ACCEL != *kvm* ]] || SLOW=1
	export ACCEL
	(cd "$CLUSTER" && exec setsid "$WORK/bin/hub" "$NODES" \
		</dev/null >hub.log 2>&1 3>&-) &
	echo $! >"$CLUSTER/hub.pid"
	until [[ -S $CLUSTER/node.$NODES ]]; do
		kill -0 "$(cat "$CLUSTER/hub.pid")" || return 1
		sleep 0.02
	done
}

cluster_up() {
	local i
	for ((i = 1; i <= NODES; i++)); do
		boot_node "$i"
	done
	for ((i = 1; i <= NODES; i++)); do
		wait_node "$i" || return 1
	done
}

cluster_down() {
	local i
	capture_stop
	for ((i = 1; i <= NODES; i++)); do
		kill_node "$i"
	done
}

cluster_end() {
	cluster_down
	[[ ! $WORK/manual -ef $CLUSTER ]] || rm "$WORK/manual"
	kill "$(cat "$CLUSTER/hub.pid")"
	rm -f "$CLUSTER"/{kernel,image,agent.*,node.*,crashed.*,alive}
}

# What a test left unplugged, slowed or without power is put right, and is no
# failure.
cluster_health() {
	local i bad=0
	[[ ! -e $CLUSTER/overheard ]] || overhear_off
	for ((i = 1; i <= NODES; i++)); do
		restore_port "$i"
		[[ ! -e $CLUSTER/keyed ]] || keys_as_booted
		[[ ! -e $CLUSTER/netem.$i ]] || netem_off "$i" || true
		if splats "$i"; then
			echo "node $i complained (above)"
			bad=1
		elif [[ -e $CLUSTER/crashed.$i ]]; then
			boot_node "$i"
			wait_node "$i" || bad=1
		elif ! node_runs "$i"; then
			echo "node $i died"
			bad=1
		elif ! node -t $((20 * SLOW)) "$i" true; then
			echo "node $i does not answer"
			bad=1
		fi
	done
	return $bad
}
