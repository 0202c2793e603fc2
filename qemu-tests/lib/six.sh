# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the tests on six nodes that share the host (# share:) have in common; they
# source test.sh and victim.sh, too. Home of all burners is node 1.
#
#   admin I NAME VALUE     a tunable of node I
#   all_know N             each node takes N nodes for up
#   burners N              start N endless programs on node 1, free to go
#   spread                 prints how many burners are on node 1, 2, ...
#   guests I               prints how many guests node I has
#   show_all               what each node had of the host, moves and decisions:
#                          for the log, where somebody looks when it went wrong
#   moves_are_rare I       the moves that node I has noted keep the rules
#   burners_pass           each of them has seen nothing

burning=()

admin() {
	node "$1" tell "/proc/mosix/admin/$2" "'$3'"
}

all_admin() { # NAME VALUE: on each node
	local i
	for ((i = 1; i <= NODES; i++)); do
		admin "$i" "$1" "$2" >/dev/null
	done
}

all_know() {
	local i up
	for ((i = 1; i <= NODES; i++)); do
		up=$(node "$i" "grep -c ' up' /proc/mosix/vector")
		[[ $up == "$1" ]] && continue
		echo "node $i takes $up nodes for up, not $1:"
		node "$i" cat /proc/mosix/vector
		return 1
	done
}

burners() {
	local i name
	for ((i = 0; i < $1; i++)); do
		name=burner$((${#burning[@]} + 1))
		burning+=("$name")
		n1 "rm -rf $(victim_dir "$name"); mkdir $(victim_dir "$name")"
		start "$name" 1 burn -d "$(victim_dir "$name")"
		echo 1 >"$TMP/job/$name.home"
	done
}

spread() {
	local name files=
	for name in "${burning[@]}"; do
		files+=" /proc/$(pid_of "$name")/mosix/where"
	done
	# shellcheck disable=SC2086 # several files
	n1 cat $files | awk -v nodes="$NODES" '{ on[$1]++ }
		END { for (i = 1; i <= nodes; i++)
			printf "%d%s", on[i], i < nodes ? " " : "\n" }'
}

# spread_is N...: on node 1, 2, ..., of each one more or less.
spread_is() {
	local is i=0 want
	read -ra is < <(spread)
	for want in "$@"; do
		((is[i] >= want - 1 && is[i] <= want + 1)) || return 1
		i=$((i + 1))
	done
}

guests() {
	node "$1" "awk 'NR > 1 && \$3 && \$3 != $1 { n++ } END { print n + 0 }' \
		/proc/mosix/processes"
}

has_guests() { # I [N]: so many or more
	(($(guests "$1") >= ${2:-1}))
}

show_all() {
	local i
	share_used
	for ((i = 1; i <= NODES; i++)); do
		echo "node $i: guests, what it knows, its last decisions"
		node "$i" 'cat /proc/mosix/processes /proc/mosix/vector
			tail -n 8 /proc/mosix/decisions' || true
	done
	echo "moves that node 1 has noted:"
	n1 cat /proc/mosix/moves
}

# Who was moved before has been where it is for 5 s, and twice as long for each
# two moves that it has made. When a move ends is noted by the home, and the
# balancer looks each half a second: that is forgiven.
moves_are_rare() {
	node "$1" cat /proc/mosix/moves | awk '
	$1 + 0 == 0 || $6 != 0 { next }
	{
		least = 5 * 2 ^ (int(count[$2] / 2) < 6 ? int(count[$2] / 2) : 6)
		if (($5 == "balance" || $5 == "host") && count[$2] &&
		    $1 - last[$2] < least - 0.5) {
			printf "%s moves after %.1f s, its move %d, not %d s: %s\n",
				$2, $1 - last[$2], count[$2] + 1, least, $0
			bad = 1
		}
		count[$2]++; last[$2] = $1; all++
		if (count[$2] > most)
			most = count[$2]
	}
	END {
		printf "%d moves, of one process %d at most\n", all, most
		exit bad
	}'
}

burners_pass() {
	local name
	for name in "${burning[@]}"; do
		claim "$name has seen nothing" passes "$name"
	done
}
