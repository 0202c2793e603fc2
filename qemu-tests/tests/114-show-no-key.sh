#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: no quarter of a key, of the cluster, of a node or an old one, is to be read in
# /proc, in the kernel's log, in its traces, in the core of a guest or on the wire:
# neither as bytes nor in hex, in either order of bytes.
#
#   n1 (home), n2, n3: keys, moves, a core, a link that is refused, a node that is closed
#                          |
#                       capture
#
# The keys that a link has for itself cannot be known here; they are made of these.
#
# limit: 400
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

# As hex of one line: a match may be at half a byte, which finds no less.
hex_of() {
	od -An -v -tx1 "$1" | tr -d ' \n'
}

turned() { # 16 hex digits: the bytes from the last to the first
	local i out=
	for ((i = 14; i >= 0; i -= 2)); do
		out+=${1:i:2}
	done
	echo "$out"
}

bytes_of() {
	local i
	for ((i = 0; i < ${#1}; i += 2)); do
		printf '%b' "\\x${1:i:2}"
	done
}

# The quarters of each key, as they are and turned.
quarters() {
	local key i
	for key in "$@"; do
		for i in 0 16 32 48; do
			echo "${key:i:16}"
			turned "${key:i:16}"
		done
	done
}

# has_key FILE: as bytes or as text
has_key() {
	LC_ALL=C grep -aqiFf "$TMP/quarters" "$1" && return
	hex_of "$1" | LC_ALL=C grep -aqFf "$TMP/quarters"
}

# All that node I says of itself.
words_of() {
	node "$1" 'exec 2>/dev/null
	find /proc/mosix /proc/[0-9]*/mosix /proc/[0-9]*/task/[0-9]*/mosix -type f \
		! -path /proc/mosix/key | while read -r f; do echo "$f"; cat "$f"; done
	for p in /proc/[0-9]*; do
		cat $p/cmdline $p/environ $p/status $p/stack $p/wchan $p/syscall
	done
	cat /proc/keys /proc/key-users /proc/crypto /proc/net/*
	cat /sys/kernel/tracing/trace; find /sys/kernel/debug/mosix* -type f | xargs cat
	dmesg'
}

look_everywhere() { # WHEN
	local i
	take_consoles
	for ((i = 1; i <= NODES; i++)); do
		words_of "$i" >"$TMP/words.$i" || true
		claim "$1: node $i says much ($(wc -c <"$TMP/words.$i") bytes)" \
			test "$(wc -c <"$TMP/words.$i")" -gt 10000
		claim_not "$1: and no key" has_key "$TMP/words.$i"
		claim_not "$1: nor does its console" has_key "$TMP/console.$i"
	done
}

# What the consoles said since this test began.
take_consoles() {
	local i
	for ((i = 1; i <= NODES; i++)); do
		tail -c "+$((began[i] + 1))" "$CLUSTER/console.$i" >"$TMP/console.$i"
	done
}

old=$(make_key)
new=$(make_key)
secrets=("$(make_key)" "$(make_key)" "$(make_key)")
began=(0)
for ((i = 1; i <= NODES; i++)); do
	began+=("$(stat -c %s "$CLUSTER/console.$i")")
done
quarters "$old" "$new" "${secrets[@]}" >"$TMP/quarters"
assert_eq "$(wc -l <"$TMP/quarters")" 40 "there are forty quarters to look for"

# It would be found.
echo "some text $new and more" >"$TMP/as-text"
{ echo something; bytes_of "${secrets[1]}"; } >"$TMP/as-bytes"
{ printf xyz; bytes_of "$(turned "${old:16:16}")"; } >"$TMP/turned"
for form in as-text as-bytes turned; do
	claim "a key is found $form" has_key "$TMP/$form"
done
head -c 100000 /dev/urandom >"$TMP/noise"
claim_not "and not where none is" has_key "$TMP/noise"

keys_on "$old"
for ((i = 1; i <= NODES; i++)); do
	node "$i" 'for e in /sys/kernel/tracing/events/mosix; do
		[ ! -e $e ] || echo 1 >$e/enable; done'
	set_key "$i" "$old
node ${secrets[i - 1]}"
done
n1 'echo /tmp/core.%p >/proc/sys/kernel/core_pattern
	echo 0 >/proc/sys/kernel/core_uses_pid'
victim heap 1 heap
victim core 1 dumper segv
must "a guest is there" move heap 2
must "and one that will die" move core 3
look_everywhere "away"

for ((i = 1; i <= NODES; i++)); do
	set_key "$i" "$new
node ${secrets[i - 1]}"
done
claim "with a new key it moves on" move heap 3
n1 "touch $(victim_dir core)/stop"
status=0
finish core $((60 * SLOW)) || status=$?
assert_eq "$status" 139 "one dies with a core"
n1 "cat /tmp/core.$(pid_of core); rm -f /tmp/core.*" >"$TMP/core"
n1 'echo core >/proc/sys/kernel/core_pattern'
claim "which is large" test "$(wc -c <"$TMP/core")" -gt 1000000
claim_not "no key is in the core of a guest" has_key "$TMP/core"

# Errors that name what went wrong: other keys, bad keys, none.
set_key 3 "$(make_key)" # links that are refused, both ways
n3 tell /proc/mosix/admin/key_old_s 0 >/dev/null
set_key 3 "$(make_key)"
move heap 2 || true
for bad in "${new}0" "${new:0:60}" "$new $new" "node $new node" "insecure $new"; do
	assert_eq "$(n1 tell /proc/mosix/key "'$bad'")" EINVAL "a bad key is refused"
done
set_key 3 "# none"
n3 tell /proc/mosix/admin/key_old_s 600 >/dev/null
set_key 3 "$new
node ${secrets[2]}"
claim "with the right one again it comes home" move heap home
claim "and has seen nothing" passes heap
look_everywhere "after all that"
capture_sync
claim "records of TLS were captured" test "$(pcap sealed | wc -l)" -ge 2
claim_not "no key was on the wire" has_key "$(cat "$CLUSTER/capture.name")"
for ((i = 1; i <= NODES; i++)); do
	node "$i" 'for e in /sys/kernel/tracing/events/mosix; do
		[ ! -e $e ] || echo 0 >$e/enable; done'
done
