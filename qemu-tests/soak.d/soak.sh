#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: of jobs that are moved at random while at random things fail, each ends as it
# would undisturbed, or by a failure that by the rules ends it, and then its status and
# a line in a log say so; and in the end every count is what it was.
#
#   n1 ... nN: on each a job, moved by restless to any node each 50 to 500 ms
#   meanwhile: failures (/proc/mosix/inject), cables, slow lines, keys, expelled guests
#
# MINUTES, SEED: see qemu-tests/soak. It ends by itself: the limit is none.
#
# limit: 1000000
# nodes: 3
# disk: debian
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"
. "$TOP/qemu-tests/soak.d/jobs.sh"
. "$TOP/qemu-tests/soak.d/faults.sh"

minutes=${MINUTES:-3}
seed=${SEED:-1}
fault_every=5		# seconds

RANDOM=$seed
# In this shell, not in one of its own, or it would be the same each time.
# shellcheck disable=SC2034 # jobs.sh and faults.sh use it
dice() { # N: 0 to N - 1, in $dice
	dice=$((RANDOM % $1))
}

# What a node has of itself and for others.
held_by() {
	node "$1" 'grep -xE "(away|guests) .*" /proc/mosix/info
		echo "records $(($(wc -l </proc/mosix/processes) - 1))"
		echo "links $(ps | grep -c "[m]osix_[rt]x")"
		echo "sockets $(awk "\$2 ~ /:1C44\$/ || \$3 ~ /:1C44\$/ {
			n += \$4 == \"01\" } END { print n + 0 }" /proc/net/tcp)"
		echo "programs $(readlink /proc/[0-9]*/exe 2>/dev/null |
			grep -vcE "/(agent|busybox|dash|sh)$")"'
}
is_as_before() {
	held_by "$1" | diff "$TMP/held.$1" - >"$TMP/held.diff"
}
slab_of() { # I: KiB that cannot be reclaimed
	node "$1" "awk '/^SUnreclaim/ { print \$2 }' /proc/meminfo"
}
say() {
	echo "$((SECONDS - began)) s: $*"
}
sum() {
	echo "$moves moves, $faults faults, $done_jobs jobs done, $ended_jobs ended," \
		"$lost_jobs lost"
}

# One look at everything; new jobs only while there is time.
tick() {
	jobs_tick
	heal_what_is_due
	if ((SECONDS >= next_fault && SECONDS < end)); then
		next_fault=$((SECONDS + fault_every))
		strike
	fi
	if ((SECONDS >= next_word)); then
		next_word=$((SECONDS + 60))
		say "$(sum)"
	fi
	sleep 0.3
}

echo "seed $seed, $minutes minutes, $NODES nodes"
# Nobody could look at all the packets.
capture_stop
for ((i = 1; i <= NODES; i++)); do
	node "$i" tell /proc/mosix/admin/stay 1 >/dev/null
	put "$i" "$TOP/qemu-tests/soak.d/work.sh" /tmp/work.sh
done
claim "undisturbed, each kind of work gives a result" jobs_rehearse
for ((i = 1; i <= NODES; i++)); do
	held_by "$i" >"$TMP/held.$i"
	slab[i]=$(slab_of "$i")
done
faults_begin

began=$SECONDS
end=$((SECONDS + 60 * minutes))
next_fault=$((SECONDS + 2 * fault_every))
next_word=$SECONDS
while ((SECONDS < end)); do
	tick
done
say "it is over; what is left ends"
heal_all
jobs_stop
while jobs_run; do
	tick
done
say "$(sum)"
for ((i = 1; i <= NODES; i++)); do
	node -t $((120 * SLOW)) "$i" "tell /proc/mosix/admin/bring $((60 * SLOW))
		for f in lstay block stay; do tell /proc/mosix/admin/\$f 0; done" ||
		true
done
for ((i = 1; i <= NODES; i++)); do
	claim "node $i has as many of each thing as before" wait_for 60 is_as_before "$i"
	cat "$TMP/held.diff"
	# KASAN alone keeps up to a 32nd of all memory back.
	grown=$(($(slab_of "$i") - slab[i]))
	claim "and its kernel has not grown by more than 40 MiB ($grown KiB)" \
		test "$grown" -le 40960
done
claim "every node moves one more" claim_last_moves
claim "jobs were done, moved and disturbed" \
	test "$done_jobs" -gt 0 -a "$moves" -gt 0 -a "$faults" -gt 0
claim "seed $seed, $minutes minutes: $(sum)" test "$lost_jobs" -eq 0
