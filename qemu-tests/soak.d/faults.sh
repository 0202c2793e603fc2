# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What fails during the soak, and is put right again.
#
#   faults_begin       look at the clocks of the nodes, and where they can fail
#   strike             one failure, chosen by dice
#   heal_what_is_due   undo those whose time is over
#   heal_all           undo all
#
# shellcheck disable=SC2034,SC2154 # soak.sh has the rest

faults=0
points=()
booted=()		# second of ours when node i began to count
heal_at=() heal_by=()

faults_begin() {
	local i
	for ((i = 1; i <= NODES; i++)); do
		booted[i]=$((SECONDS - $(node "$i" cut -d. -f1 /proc/uptime)))
	done
	mapfile -t points < <(n1 cat /proc/mosix/inject 2>/dev/null |
		awk 'NR > 1 { print $1 }')
	echo "${#points[@]} points of failure"
}

later() { # SECONDS COMMAND
	heal_at+=($((SECONDS + $1)))
	heal_by+=("$2")
}

# Each command is a function and one number.
heal() {
	local i kept_at=() kept_by=()
	for ((i = 0; i < ${#heal_at[@]}; i++)); do
		if ((SECONDS >= heal_at[i])) || [[ $1 == all ]]; then
			${heal_by[i]}
		else
			kept_at+=("${heal_at[i]}")
			kept_by+=("${heal_by[i]}")
		fi
	done
	heal_at=("${kept_at[@]}")
	heal_by=("${kept_by[@]}")
}

heal_what_is_due() {
	((!${#heal_at[@]})) || heal due
}

no_inject() {
	node "$1" tell /proc/mosix/inject none >/dev/null || true
}

no_netem() {
	netem_off "$1" || true
}

open_node() {
	node "$1" tell /proc/mosix/admin/block 0 >/dev/null || true
}

heal_all() {
	local i
	heal all
	((!${#points[@]})) || for ((i = 1; i <= NODES; i++)); do
		no_inject "$i"
	done
}

inject_one() { # I
	local point action acts=(lose cut die hang)
	dice ${#points[@]}
	point=${points[dice]}
	[[ $point != make:* && $point != step:* ]] || acts=(memory)
	dice ${#acts[@]}
	action=${acts[dice]}
	dice 20
	node "$1" tell /proc/mosix/inject "'$point $action $((dice + 1))'" >/dev/null ||
		return
	later 30 "no_inject $1"
	say "fault: node $1, $point $action, $((dice + 1)) times from now"
}

cut_one() { # I SECONDS
	cut_port "$1"
	later "$2" "restore_port $1"
	say "fault: node $1 without its cable for $2 s"
}

slow_one() { # I
	local how=("delay 100ms 50ms" "loss 5%" "delay 20ms duplicate 5%" "rate 20mbit")
	[[ ! -e $CLUSTER/netem.$1 ]] || return 0
	dice ${#how[@]}
	# shellcheck disable=SC2086 # several words
	netem "$1" ${how[dice]} || return
	later 15 "no_netem $1"
	say "fault: node $1 has ${how[dice]}"
}

new_key() {
	keys_on "$(make_key)" || return
	say "fault: a new key"
}

expel_one() { # I: what cannot go in time stays
	node -t $((60 * SLOW)) "$1" tell /proc/mosix/admin/expel 5 || true
	later 10 "open_node $1"
	say "fault: node $1 is emptied"
}

strike() {
	local id
	dice "$NODES"
	id=$((dice + 1))
	dice 100
	if ((dice < 50 && ${#points[@]})); then
		inject_one "$id" || return 0
	elif ((dice < 65)); then
		dice 8
		cut_one "$id" $((dice + 1))
	elif ((dice < 68)); then
		cut_one "$id" 40
	elif ((dice < 84)); then
		slow_one "$id" || return 0
	elif ((dice < 92)); then
		new_key || return 0
	else
		expel_one "$id"
	fi
	faults=$((faults + 1))
}
