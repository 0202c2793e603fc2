#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: whatever is written to a file of /proc/mosix or /proc/PID/mosix, it is refused
# with an error that is documented for that file and changes nothing, or it is taken and
# reads as what is taken again; nobody without rights changes anything; and no process
# that is away notices.
#
#   n1 (home): one at home, one away --> n2: a guest     n3: another home
#
# SEED is that of the texts, TIMES the number of writes to each file (200). Not written:
# what has a verb do its work (seconds to expel and bring, a node for a guest), and the
# failure that ends the node; see programs/scribble.c.
#
# limit: 600
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

seed=${SEED-1}
times=${TIMES-200}
if [[ -s $CLUSTER/key ]]; then
	key=$(cat "$CLUSTER/key")
else
	key=insecure
fi

# scribble I WHAT OPTIONS...: its words, and whether it is content
scribble() {
	local id=$1 what=$2 said
	shift 2
	said=$(node -t $((240 * SLOW)) "$id" "scribble -s $seed $*") || {
		echo "$said"
		fail "$what ($said)"
		return
	}
	ok "$what: $(tail -n 1 <<<"$said")"
}
here_pid() {
	n2 "awk '\$1 == $(pid_of away) && \$3 == 1 { print \$7 }' /proc/mosix/processes"
}
is_up() { # I: all nodes hear of each other
	[[ $(node "$1" "grep -c ' up' /proc/mosix/vector") == "$NODES" ]]
}
settings_of() {
	node "$1" 'cat /proc/mosix/config /proc/mosix/admin/tunables; head -n 1 \
		/proc/mosix/security; cat /proc/mosix/admin/expel /proc/mosix/admin/bring'
}

echo "seed $seed"
victim home 1 heap
victim away 1 heap
victim other 3 heap
must "one is away" move away 2
must "and one of another home is there, too" move other 2
for i in 1 2; do
	settings_of $i >"$TMP/settings.$i"
done

scribble 1 "of a process at home" -n "$times" "/proc/$(pid_of home)/mosix"
claim "it goes on" goes_on home
scribble 1 "of a process that is away" -n "$times" -b 2 "/proc/$(pid_of away)/mosix"
claim "it is away" is_on away 2
claim "and goes on" goes_on away
scribble 2 "of a guest" -n "$times" -g "/proc/$(here_pid)/mosix"
claim "it goes on" goes_on away
scribble 1 "of a kernel thread" -n 50 -b home /proc/2/mosix

# A verb is busy with nothing: what is wrong is refused all the same.
for i in 1 2; do
	scribble $i "of node $i" -n "$times" -x inject -k "$key" /proc/mosix
	settings_of $i >"$TMP/settings.now"
	claim "node $i is set as before" diff "$TMP/settings.$i" "$TMP/settings.now"
done
for i in 1 2 3; do
	claim "node $i hears of all" wait_for 60 is_up $i
done
claim "the other guest goes on" goes_on other
claim "and has seen nothing" passes other
claim_trip away home 2
for name in home away; do
	claim "$name has seen nothing" passes $name
done

if n1 test -e /proc/mosix/inject; then
	# With nobody away there is nothing that a failure could strike.
	n1 'mkdir -p /tmp/inject; : >/tmp/inject/inject
		mount --bind /proc/mosix/inject /tmp/inject/inject'
	scribble 1 "of failures" -n $((4 * times)) /tmp/inject
	n1 'umount /tmp/inject/inject; rm -r /tmp/inject'
	claim_not "and none is left" n1 "awk 'NR > 1 && \$2 != \"-\"' /proc/mosix/inject |
		grep ."
else
	skip "of failures" "not in this kernel"
fi

victim mine 1 heap
said=$(n1 "as 65534 scribble -s $seed -r -n 50 /proc/$(pid_of mine)/mosix") || true
assert_match "$said" '^[0-9]+ refused, 0 taken$' "by nobody, of root's process"
said=$(n1 "as 65534 scribble -s $seed -r -n 50 /proc/mosix") || true
assert_match "$said" '^[0-9]+ refused, 0 taken$' "by nobody, of the node"
claim "the process is where it was" is_on mine 1
claim "and has seen nothing" passes mine
