# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Real programs of a Debian userland on node 1 (real/*; "# disk: debian"), each
# run twice on the same input, unmoved and moved at random, and compared.
#
#   real_begin                 or the test ends here, skipped
#   claim_real NAME [SECONDS]  four claims about real/NAME: it runs unmoved; it
#                              is moved, or its processes stay home for named
#                              reasons; no move fails otherwise; what it writes
#                              and its exit status are the same
#
# SEED is the seed of the moves (1), and PACE what all pauses between them are
# multiplied with (5 on the debug kernel, else 1). A program gets an empty
# folder, $OUT and $TMPDIR, the same in both runs; its standard output and error
# are files of $OUT. What is beside its folder was put there by the test.

real=/tmp/real

real_begin() {
	local file
	need_debian "real programs"
	n1 "rm -rf $real; mkdir $real"
	for file in "$TOP"/qemu-tests/real/*; do
		put 1 "$file" "$real/${file##*/}"
	done
}

# real_run HOW NAME SECONDS [OPTIONS]: leaves HOW (the output) and HOW.report.
real_run() {
	local how=$1 name=$2 seconds=$3 began=$EPOCHREALTIME status=0
	shift 3
	n1 "cd $real; rm -rf work out tmp $how; mkdir work out tmp"
	node -t "$((seconds + 60))" 1 "exec restless -l $seconds -p ${PACE-$SLOW} \
		-r $real/$how.report $* \
		chroot /debian env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
		HOME=$real/work OUT=$real/out TMPDIR=$real/tmp SERVER=${SERVER-} \
		sh -c 'cd $real/work && exec ../$name >../out/stdout 2>../out/stderr'" ||
		status=$?
	n1 "cd $real; echo $status >out/status; mv out $how"
	echo "$name, $how: status $status after" \
		"$(bc <<<"$EPOCHREALTIME - $began") s"
	((status != 124))
}

# A value of the report of the moved run.
real_count() {
	awk -v key="$1" '$1 == key { print $2 }' "$TMP/report"
}

# What held it at home: "REASON (12), REASON (1)".
real_held() {
	awk '$1 == "held" { n = $2; sub(/^held [0-9]+ /, ""); print $0 " (" n ")" }' \
		"$TMP/report" | sort | paste -sd, | sed 's/,/, /g'
}

real_said() {
	n1 "cd $real/$1; tail -n 20 status stdout stderr"
}

claim_real() {
	local name=$1 seconds=$((${2:-90} * SLOW)) held
	if ! real_run unmoved "$name" $seconds ||
	   [[ $(n1 cat $real/unmoved/status) != 0 ]]; then
		real_said unmoved
		fail "$name runs unmoved"
		return
	fi
	ok "$name runs unmoved"
	real_run moved "$name" $seconds -n 2 -n 3 -s "${SEED-1}" || true
	n1 cat $real/moved.report | tee "$TMP/report"
	held=$(real_held)
	if (($(real_count moves))); then
		ok "$name is moved: $(real_count moves) moves of $(real_count moved) of its $(real_count processes) processes${held:+; refused: $held}"
	elif [[ $held ]]; then
		ok "$name stays at home: $held"
	else
		fail "$name is moved, or stays for a named reason"
	fi
	claim_not "no move of $name fails for another reason" \
		grep ^error "$TMP/report"
	if n1 chroot /debian diff -r $real/unmoved $real/moved; then
		ok "$name writes the same, byte for byte"
	else
		real_said moved
		fail "$name writes the same, byte for byte"
	fi
}
