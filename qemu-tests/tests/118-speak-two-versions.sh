#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: nodes of two neighbouring protocol versions work together, as homes and as
# hosts; each link is of the newest version that both of its ends speak, and stays so;
# and a host shows whose a guest is at home, where the home tells.
#
#   n1 (9, 10) ====10==== n3 (9, 10)
#       \\                 //
#        9 --- n2 (9) --- 9        OFFER of 88 bytes in 9, of 96 in 10
#
# limit: 600
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

bound() { # NODE VERSION
	node "$1" tell /proc/mosix/admin/wire_version "$2"
}

is_bound() { # NODE VERSION
	[[ $(node "$1" cat /proc/mosix/admin/wire_version) == "$2" ]]
}

refuses() { # VERSION
	local said
	said=$(bound 2 "$1") || true
	[[ $said == *EINVAL* ]] && return
	echo "$1: $said"
	return 1
}

# Newest version of node $1, as node $2 has heard.
heard_of() {
	[[ $(node "$2" cat "/proc/mosix/nodes/$1/version") == "$3" ]]
}

# Lengths of the OFFERs of NAME from node $2 to $3, in their order.
offers() {
	pcap messages | awk -v pid="pid=$(pid_of "$1")" -v from="10.77.0.$2:" \
		-v to="10.77.0.$3:" '$4 == "OFFER" && $8 == pid &&
		index($2, from) == 1 && index($3, to) == 1 {
			printf "%s%s", gap, substr($7, 5); gap = " "
		}'
}

# What home $1 said that it speaks, and host $2 chose, last.
agreed() {
	pcap messages | awk -v home="10.77.0.$1:" -v host="10.77.0.$2:" '
		{ said = $0; sub(/.*versions=/, "", said) }
		$4 == "HELLO" && index($2, home) == 1 && index($3, host) == 1 {
			asked = said
		}
		$4 == "WELCOME" && index($2, host) == 1 && index($3, home) == 1 {
			got = said
		}
		END { print asked, got }'
}

# Column $3 of NAME among the guests of node $1, by the head of the table.
guest() { # NODE NAME COLUMN
	node "$1" "awk -v pid=$(pid_of "$2") -v self=$1 '
		NR == 1 { for (i = 1; i <= NF; i++) at[\$i] = i; next }
		\$at[\"pid\"] == pid && \$at[\"home\"] != self {
			print \$at[\"$3\"]
		}' /proc/mosix/processes"
}

# The same user by the guest's own stats.
user_by_stats() { # NODE NAME
	node "$1" "sed -n 's/^uid //p' /proc/$(guest "$1" "$2" here_pid)/mosix/stats"
}

# goes NAME HOME HOST LENGTHS USER: its OFFERs there so far, and who it is there
goes() {
	local name=$1 home=$2 host=$3
	must "$name of node $home goes to $host" move "$name" "$host"
	claim "$name is on $host and goes on" is_there_and_goes_on "$name" "$host"
	assert_eq "$(offers "$name" "$home" "$host")" "$4" \
		"OFFERs of $name from $home to $host are of $4 bytes"
	assert_eq "$(guest "$host" "$name" uid)" "$5" "it is user $5 there"
	assert_eq "$(user_by_stats "$host" "$name")" "$5" "and by its stats"
}

returns() { # NAME
	must "$1 comes home" move "$1" home
	claim "$1 is there and goes on" is_there_and_goes_on "$1" "$(home_of "$1")"
}

reset_link() {
	local had
	had=$(n1 "sed -n 's/^links_remade //p' /proc/mosix/info")
	n1 tell /proc/mosix/inject "'send:REPLY reset'" >/dev/null
	wait_for 60 n1 "test \$(sed -n 's/^links_remade //p' /proc/mosix/info) -gt $had"
}

# The capture shows nothing of what is encrypted.
[[ ! -e $CLUSTER/key ]] || keys_on insecure
for i in 1 2 3; do
	claim "node $i speaks 10 when nobody bounds it" is_bound $i 10
done
for bad in 8 11 0 9.5 nine; do
	claim "$bad is no version" refuses "$bad"
done
claim "and nothing has changed" is_bound 2 10

# ---- a link that is there before ----
must "kept starts" victim kept 1 heap
goes kept 1 2 96 0

must "node 2 is bounded to 9" bound 2 9
assert_eq "$(n2 cat /proc/mosix/info | sed -n 's/^protocol//p')" \
	$' 9\n_least 9' "it says so"
claim "and the others hear of it" wait_for 30 heard_of 2 1 9
claim "which is not said of node 3" wait_for 30 heard_of 3 1 10
claim "kept goes on over its link" goes_on kept
if n1 test -e /proc/mosix/inject; then
	claim "kept's link breaks, and is made anew" reset_link
	claim "kept goes on over that" is_there_and_goes_on kept 2
fi
assert_eq "$(guest 2 kept uid)" 0 "it is still known whose it is"

# ---- a home that speaks both ----
launch_by as 65534
must "mover, nobody's, starts" victim mover 1 heap
launch_by as 4242
must "other, 4242's, starts" victim other 1 heap
launch_by
goes mover 1 2 88 -
assert_eq "$(agreed 1 2)" "9-10 9-9" "the link is of version 9"
goes mover 1 3 96 65534
assert_eq "$(agreed 1 3)" "9-10 10-10" "the link is of version 10"
goes other 1 3 96 4242
assert_eq "$(n3 "awk '/^Uid:/ { print \$2 }' /proc/$(guest 3 other here_pid)/status")" 65534 \
	"other is nobody there all the same"
goes other 1 2 88 -
goes other 1 3 "96 96" 4242
assert_eq "$(n1 "awk '\$1 == $(pid_of other) { print \$8 }' /proc/mosix/processes")" \
	4242 "at home its user is what it was"
returns mover
returns other

# ---- a child that is made there ----
launch_by as 4242
# However little of it is there: it is not better off at home.
n3 tell /proc/mosix/admin/eager_kib 0
must "maker, 4242's, starts" victim maker 1 forks 1000
launch_by
must "maker goes to 3" move maker 3
claim "maker goes on" goes_on maker
users_on_3() {
	n3 "awk 'NR > 1 && \$3 == 1 { print \$8 }' /proc/mosix/processes" | sort | uniq -c
}
has_children_of() {
	local count user
	read -r count user <<<"$(users_on_3)"
	[[ $user == "$1" ]] && ((count >= 2)) && [[ $(users_on_3 | wc -l) == 1 ]]
}
claim "children that it makes there are of the same user" \
	wait_for 30 has_children_of 4242
users_on_3
claim "maker has seen nothing" passes maker
n3 tell /proc/mosix/admin/eager_kib 2048

# ---- a home that speaks the older one alone ----
must "older, of node 2, starts" victim older 2 heap
goes older 2 1 88 -
assert_eq "$(agreed 2 1)" "9-9 9-9" "the link is of version 9"
goes older 2 3 88 -
returns older

# ---- each move asks anew ----
returns kept
goes kept 1 2 "96 88" -
must "node 2 is not bounded any more" bound 2 10
claim "kept goes on over its link" goes_on kept
assert_eq "$(guest 2 kept uid)" - "which has not told whose it is"
goes older 2 3 "88 96" 0
returns kept
goes kept 1 2 "96 88 96" 0
claim "and the others hear of it" wait_for 30 heard_of 2 1 10

for name in kept mover other older; do
	claim "$name has seen nothing" passes "$name"
done
