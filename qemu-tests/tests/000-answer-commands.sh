#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a command on a node behaves as if it ran here: output, error output,
# status, input; nothing is lost, and many run at once.
#
#   host -- virtio port -- agent -- sh -c COMMAND
. "$TOP/qemu-tests/lib/test.sh"

status() {
	"$@" >/dev/null 2>&1 && echo 0 || echo $?
}

assert_eq "$(n1 hostname)" n1 "node 1 knows its name"
assert_eq "$(n1 'echo out; echo err >&2' 2>/dev/null)" out \
	"output and error output are two"
assert_eq "$(n1 'echo out; echo err >&2' 2>&1 >/dev/null)" err \
	"error output arrives as such"
assert_eq "$(status n1 exit 7)" 7 "the exit status is the command's"
assert_eq "$(status n1 'kill -TERM $$')" 143 "a death by signal is told"
assert_eq "$(n1 cat)" "" "input is empty unless fed"
assert_eq "$(echo fed | feed 1 cat)" fed "fed input arrives"
assert_eq "$(n1 "echo 'a  b' \"c\"")" "a  b c" "quoting is the guest shell's"

head -c 3000000 /dev/urandom >"$TMP/blob"
put 1 "$TMP/blob" /tmp/blob
get 1 /tmp/blob "$TMP/back"
claim "3 MB of anything go there and back unchanged" \
	cmp "$TMP/blob" "$TMP/back"
n1 rm /tmp/blob

begin=$SECONDS
assert_eq "$(status node -t 2 1 sleep 60)" 124 "a time limit ends a command"
claim "and in time" test $((SECONDS - begin)) -lt $((20 * SLOW))
claim "and kills it in the guest" \
	wait_for 10 node 1 '! pidof sleep'

for i in {1..20}; do
	node 1 "sleep 1; echo $i" >"$TMP/many.$i" &
done
wait
assert_eq "$(cat "$TMP"/many.* | sort -n | tr '\n' ' ')" \
	"$(seq 20 | tr '\n' ' ')" "20 commands at once each get their own output"

assert_eq "$(n1 'sleep 300 >/dev/null & echo left')" left \
	"a command that leaves something running is over"
n1 killall sleep

begin=${EPOCHREALTIME/./}
for i in {1..20}; do
	n1 :
done
echo "20 commands one after the other: $(((${EPOCHREALTIME/./} - begin) / 20)) us each"
