#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: what an admin says under admin/ holds: bounds are kept, the own stay
# while guests may leave, who is quiet is not heard, and a speed is believed.
#
#   n1 -- n2, n3
#
# limit: 400
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

admin() { # I NAME VALUE
	node "$1" tell "/proc/mosix/admin/$2" "'$3'"
}
refuses() { # NAME VALUE ERROR
	local said
	said=$(admin 1 "$1" "$2") || true
	[[ $said == *"$3"* ]] && return
	echo "$1 <- $2: $said"
	return 1
}
row() { # NAME: of the table, by its head
	n1 cat /proc/mosix/admin/tunables | grep "^$1 "
}
status_of() { # SEEN BY
	node "$2" cat "/proc/mosix/nodes/$1/status"
}
has_status() { # NODE BY STATUS
	[[ $(status_of "$1" "$2") == "$3" ]]
}
figure() { # NODE BY NAME
	node "$2" cat "/proc/mosix/nodes/$1/$3"
}
has_figure() { # NODE BY NAME VALUE
	[[ $(figure "$1" "$2" "$3") == "$4" ]]
}
has_left() { # NAME I
	[[ $(where "$1") != "$2" ]]
}

# ---- the table ----
assert_eq "$(n1 head -n 1 /proc/mosix/admin/tunables)" \
	"name value default least most unit what" "the table says what is in it"
n1 'for f in /proc/mosix/admin/*; do echo "${f##*/}"; done' | sort >"$TMP/files"
n1 "awk 'NR > 1 { print \$1 }' /proc/mosix/admin/tunables" | sort >"$TMP/rows"
claim "each row has a file" test ! -s <(comm -13 "$TMP/files" "$TMP/rows")
assert_match "$(row strategy)" '^strategy [a-z]+ auto - - - ' "a word's row"
assert_match "$(row gap_ms)" '^gap_ms 20 20 0 60000 ms ' "a number's row"
for bad in "period_ms 99" "period_ms 1001" "choices 0" "choices 9" "lstay 2" \
	"mem_knee_milli 1000" "thrash_milli 999" "speed -1" "speed 1000001" \
	"gap_ms 1s" "link_kib_s 0"; do
	claim "$bad is refused" refuses "${bad% *}" "${bad#* }" EINVAL
done
assert_match "$(row period_ms)" '^period_ms 500 500 ' "and nothing has changed"
claim "what is within is taken" admin 1 period_ms 1000
assert_match "$(row period_ms)" '^period_ms 1000 500 ' "and shown"
admin 1 period_ms 500

# ---- speed ----
before=$(figure 1 1 speed)
claim "a speed can be said" admin 1 speed 4321
claim "it is believed here" wait_for 10 has_figure 1 1 speed 4321
claim "and elsewhere" wait_for 20 has_figure 1 2 speed 4321
admin 1 speed 0
claim "0 is as measured" wait_for 10 has_figure 1 1 speed "$before"

assert_eq "$(figure 1 2 features)" "$(figure 1 1 features)" \
	"its features are known elsewhere"
assert_match "$(figure 1 1 features)" '^[0-9a-f]{2,16}$' "as bits in hex"

# ---- lstay ----
admin 2 stay 1
admin 3 stay 1
admin 1 lstay 1
claim "all see lstay" wait_for 20 has_status 1 2 up,lstay
own=(own1 own2 own3 own4)
for name in "${own[@]}"; do
	victim "$name" 1 burn
	tell "$name" lock 0
done
victim guest 3 burn
must "a guest comes" move guest 1
tell guest lock 0
assert_eq "$(n1 cat /proc/mosix/info | awk '$1 == "guests" { print $2 }')" 1 \
	"info counts it"
assert_match "$(n1 cat /proc/mosix/processes | grep ' 3 1 running ')" \
	'^[0-9]+ [^ ]+ 3 1 running [0-9]+ [0-9]+ 0 1$' "processes has who it is at home"
claim "the guest leaves by itself" wait_for 90 has_left guest 1
for name in "${own[@]}"; do
	claim "$name has stayed" is_on "$name" 1
done
admin 1 lstay 0
somebody_left() {
	local name
	for name in "${own[@]}"; do
		[[ $(where "$name") == 1 ]] || return 0
	done
	return 1
}
claim "without lstay some of them leave" wait_for 90 somebody_left
for name in "${own[@]}" guest; do
	claim "$name has seen nothing" passes "$name"
done
admin 2 stay 0
admin 3 stay 0

# ---- quiet ----
admin 3 quiet 1
claim "a quiet node knows it" wait_for 10 has_status 3 3 up,quiet
claim "the others hear of it no more" wait_for 40 has_status 3 1 down
claim "it hears of them" has_status 1 3 up
admin 3 quiet 0
claim "then they hear of it again" wait_for 40 has_status 3 1 up
