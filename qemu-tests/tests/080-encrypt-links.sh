#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: with a key nothing of a process, of a message or of a load is on the
# wire in clear, and moving works as before.
#
#   n1 (home) == handshake, then TLS records == n2, n3
#                          |
#                       capture
#
# limit: 300
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

# Of memory, of links, of loads: long enough not to come by chance.
memory='<mark page 0000[0-9][0-9] of the victim>'
messages='M0SX[\x01-\x20]\x00\x00\x00'
loads='MxLb[\x01-\x1f][\x01-\x0f]'

seen() {
	LC_ALL=C grep -aoP "$1" "$(cat "$CLUSTER/capture.name")" | wc -l || true
}

seen_all() {
	capture_sync
	echo "$(seen "$memory") $(seen "$messages") $(seen "$loads")"
}

all_say() {
	local i
	for ((i = 1; i <= NODES; i++)); do
		[[ $(node "$i" head -n 1 /proc/mosix/security) == "$1" ]] ||
			return 1
	done
}

refused() {
	echo "$(security 2 refused_key) $(security 3 datagrams_replayed)" \
		"$(security 1 datagrams_forged)"
}

hears() {
	node 1 cat /proc/mosix/vector | awk -v n="$1" \
		'$1 == n && $2 == "up" && $NF < 5000 { found = 1 }
		END { exit !found }'
}

n1 tell /proc/mosix/admin/strategy eager >/dev/null

# In clear, to see that it would be seen.
for ((i = 1; i <= NODES; i++)); do
	set_key "$i" insecure
done
claim "all say that links are not encrypted" all_say "links INSECURE"
victim plain 1 mark 32
claim "a victim moves in clear" move plain 2
claim "and passes" passes plain
read -r a b c < <(seen_all)
echo "in clear: $a $b $c"
claim "its memory was on the wire" test "$a" -gt 100
claim "and messages" test "$b" -gt 10
claim "and loads" test "$c" -gt 0

key=$(make_key)
keys_on "$key"
claim "all say that links are encrypted" all_say "links encrypted"
# The last load in clear may be on its way.
sleep 1
before=$(seen_all)
refused=$(refused)
victim mark 1 mark 32
claim_trip mark 2 home 3 2 home
claim "its memory is what it was" passes mark
claim_tour 2 3 home -- heap
claim_tour 3 home -- files
claim "node 2 is heard" wait_for 20 hears 2
claim "node 3 is heard" wait_for 20 hears 3
assert_eq "$(seen_all)" "$before" "nothing of all that was on the wire in clear"
claim "the links were records of TLS" test "$(pcap sealed | wc -l)" -ge 5
claim "node 1 has made links" test "$(security 1 links_made)" -ge 4
claim "node 2 has accepted some" test "$(security 2 links_accepted)" -ge 2
assert_eq "$(refused)" "$refused" "nobody was refused"

claim_not "the key cannot be read back" n1 cat /proc/mosix/key
assert_eq "$(n1 as 65534 tell /proc/mosix/key insecure)" EACCES \
	"nor written by anybody"
assert_eq "$(n1 stat -c %a /proc/mosix/key)" 200 "whatever its mode says"
assert_eq "$(n1 tell /proc/mosix/key "${key}0")" EINVAL "a long key is refused"
assert_eq "$(n1 tell /proc/mosix/key secure)" EINVAL "and a word, too"
claim "and then it is as before" all_say "links encrypted"
claim_not "the key is nowhere in /proc/mosix nor in the log" \
	n1 "{ find /proc/mosix -type f ! -name key | xargs cat; dmesg; } |
		grep -q ${key:8:24}"
n1 tell /proc/mosix/admin/strategy auto >/dev/null
