# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Shares of the host's CPUs: each node's QEMU is in a control group of its own,
# and may be given so many percent of one core in each 10 ms: then six nodes are
# six times one, however many cores the host has.
#
# Outside of the run's namespaces:
#   share_wanted TEST...  does one of them say "# share: PERCENT..."
#   share_make N          groups for N nodes, which go when this run has ended,
#                         however it does; sets $SHARES, or $SHARES_WHY: why there
#                         are none
#   share_remove          at once; those who are in them must be gone
# Inside:
#   share_join I          the calling process belongs to node I from now on
#   share I PERCENT       what node I may have from now on; max: all
#   shares PERCENT...     of node 1, 2, ...; the last one is for all others, too
#   share_used            prints what each node had, and how often it wanted more,
#                         since it was last called or its share was set
#
# Needs $NODES and, inside, $CLUSTER.
#
# The period is short so that no guest stands still for longer than its own
# clock's ticks. What has the groups is the controller "cpu" of version 2, or of 1.

share_period_us=10000

share_wanted() {
	local test
	for test in "$@"; do
		[[ ! -f $test ]] || ! grep -q '^# share: ' "$test" || return 0
	done
	return 1
}

# Where groups with CPU limits are made; says on its output why nowhere.
share_root() {
	local root
	root=$(awk '$3 == "cgroup" && $4 ~ /(^|,)cpu(,|$)/ { print $2; exit }' \
		/proc/self/mounts)
	if [[ ! $root ]]; then
		root=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
		if ! grep -qsw cpu "$root/cgroup.controllers"; then
			echo "no control groups with CPU limits are mounted"
			return 1
		fi
		if ! echo +cpu 2>/dev/null >"$root/cgroup.subtree_control"; then
			echo "CPU limits cannot be switched on in $root"
			return 1
		fi
	fi
	if [[ ! -w $root ]]; then
		echo "control groups in $root need root"
		return 1
	fi
	echo "$root"
}

share_set() { # GROUP PERCENT|max
	local us=$2
	[[ $us == max ]] || us=$(($2 * share_period_us / 100))
	if [[ -e $1/cpu.max ]]; then
		echo "$us $share_period_us" >"$1/cpu.max"
	else
		echo $share_period_us >"$1/cpu.cfs_period_us" &&
			echo "${us/max/-1}" >"$1/cpu.cfs_quota_us"
	fi
}

# A process that ends is in its group for a little longer than its files are
# open; one that was killed just now is not gone yet.
share_rm() { # GROUP
	local i
	for ((i = 0; i < 100; i++)); do
		[[ -d $1 ]] || return 0
		find "$1" -depth -type d -exec rmdir {} + 2>/dev/null || true
		sleep 0.05
	done
	[[ ! -d $1 ]]
}

share_remove() {
	[[ ! ${SHARES-} ]] || share_rm "$SHARES"
}

# Left by a run whose keeper was killed with it.
share_prune() { # ROOT
	local old
	for old in "$1"/mosix-*/; do
		[[ ! -d $old ]] || ! flock -n "$old" true || share_rm "$old"
	done
}

# The lock on the folder is held as long as anything lives that this run started:
# the keeper waits for that, out of reach of what is killed with the run.
share_keep() {
	(
		trap '' INT TERM HUP
		exec 7<&-
		exec setsid bash -c '. "$0"; flock "$1" true; share_rm "$1"' \
			"${BASH_SOURCE[0]}" "$SHARES"
	) </dev/null >/dev/null 2>&1 3>&- &
	disown $!
}

share_make() {
	local i root
	export SHARES='' SHARES_WHY=''
	if ! root=$(share_root); then
		SHARES_WHY=$root
		return
	fi
	share_prune "$root" || true
	if ! SHARES=$(mktemp -d "$root/mosix-XXXXXX" 2>/dev/null); then
		SHARES_WHY="no control group can be made in $root"
		SHARES=
		return
	fi
	exec 7<"$SHARES"
	flock 7
	share_keep
	[[ ! -e $SHARES/cgroup.subtree_control ]] ||
		echo +cpu >"$SHARES/cgroup.subtree_control"
	for ((i = 1; i <= $1; i++)); do
		mkdir "$SHARES/n$i" && share_set "$SHARES/n$i" max && continue
		SHARES_WHY="no CPU limit can be set in $SHARES"
		share_remove
		SHARES=
		return
	done
}

share_join() {
	[[ ! -d ${SHARES:-/none}/n$1 ]] || echo 0 >"$SHARES/n$1/cgroup.procs"
}

# CPU time of the group's processes in hundredths of a second, the periods that
# were counted, and those in which it was stopped: it wanted more.
share_stat() { # I
	local group=$SHARES/n$1 pid used=0
	while read -r pid; do
		used=$((used + $(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null |
			awk '{ print $12 + $13 }')+0))
	done <"$group/cgroup.procs"
	awk -v used="$used" '{ v[$1] = $2 }
		END { print used, v["nr_periods"] + 0, v["nr_throttled"] + 0 }' \
		"$group/cpu.stat"
}

share_mark() { # I
	echo "${EPOCHREALTIME/[.,]/} $(share_stat "$1")" >"$CLUSTER/share.$1"
}

share() { # I PERCENT|max
	share_set "$SHARES/n$1" "$2"
	share_mark "$1"
}

shares() {
	local i
	for ((i = 1; i <= NODES; i++)); do
		share "$i" "$1"
		(($# == 1)) || shift
	done
}

share_used() {
	local i was
	for ((i = 1; i <= NODES; i++)); do
		was=$(cat "$CLUSTER/share.$i" 2>/dev/null) || continue
		share_mark "$i"
		# shellcheck disable=SC2086 # four numbers each
		printf '%s %s ' $was "$(cat "$CLUSTER/share.$i")" | awk -v node="$i" '{
			periods = $7 - $3
			printf "node %d had %.0f %% of a core for %.1f s", node,
				($6 - $2) * 1e6 / ($5 - $1), ($5 - $1) / 1e6
			if (periods > 0)
				printf ", wanted more in %.0f %% of the periods",
					100 * ($8 - $4) / periods
			print $6 < $2 ? " (it was booted meanwhile)" : ""
		}'
	done
}
