#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# check.sh [unit|sim|all]: run the parts of the check one after the other, each
# printing KTAP, and close with one line "N passed, N failed, N skipped" over
# all of them. A part that fails does not keep the others from running.

. "$(dirname "$0")/lib.sh"
cd "$TOP"

here=kernel/scripts
results=$BUILD/results
names=()
asides=()

# part NAME COMMAND...: standard output is KTAP, the rest is talk.
part() {
	names+=("$1")
	carry_out "$@"
}

# aside NAME COMMAND...: a part that only computes, beside those that follow.
aside() {
	names+=("$1")
	asides+=("$1")
	carry_out "$@" >"$results/$1.said" 2>&1 &
}

# What was said aside; all of it has ended then.
joined() {
	local name
	wait
	for name in "${asides[@]}"; do
		cat "$results/$name.said"
	done
	asides=()
}

# Leaves NAME.ktap and NAME.sum in the results.
carry_out() {
	local name=$1 file=$results/$1.ktap status=0 start=$SECONDS sum
	shift
	echo "# ---- $name: $*"
	"$@" </dev/null | tee "$file" || status=$?
	# a part that dies must not look like one that had nothing to say
	if [ $status != 0 ] && ! grep -qE '^ *not ok' "$file"; then
		echo "not ok - $name ended with status $status" | tee -a "$file"
	fi
	sum=$($here/ktap-sum.sh -n "$file")
	# shellcheck disable=SC2086 # three numbers
	printf '%-14s %4d passed %4d failed %4d skipped %5d s\n' \
		"$name" $sum $((SECONDS - start)) >"$results/$name.sum"
}

# one NAME COMMAND...: a command that is a single claim.
one() {
	local name=$1
	shift
	printf 'KTAP version 1\n1..1\n'
	if "$@" >&2; then
		echo "ok 1 - $name"
	else
		echo "not ok 1 - $name"
		return 1
	fi
}

# absent NAME: a part which this tree does not have, said aloud.
absent() {
	printf '1..0 # SKIP %s is not there\n' "$1"
}

# make_ktap FOLDER TARGET: the tests of a folder.
make_ktap() {
	if [ -f "$1/Makefile" ]; then
		make -s -C "$1" "$2"
	else
		absent "$1"
	fi
}

cluster() {
	if [ -x qemu-tests/run ]; then
		qemu-tests/run "$@"
	else
		absent qemu-tests/run
	fi
}

units() {
	part unit-loadinfo make_ktap loadinfo/test check
	part unit-kernel make_ktap kernel/test check
	part unit-deputy make_ktap deputy/test check
	part unit-pcap make_ktap qemu-tests/pcap/test check
	part unit-tools make_ktap tools check
	part unit-shares qemu-tests/lib/test-share.sh
}

builds() {
	part kernel one "the normal kernel builds" $here/build.sh normal
	part kernel-debug one "the debug kernel builds" $here/build.sh debug
	[ ! -f tools/Makefile ] || part tools one "the tools build" make -C tools
}

patches() {
	part patch one "one patch is emitted" make -s patch
	part check-patch $here/verify-patch.sh build/mosix.patch
}

# The sharpest cluster tests; `all` runs every one on both kernels.
sharp=(00 010 011 013 014 015 016 017 018 019 02 030 031 032 04 05 06 07 08
	111 113 114 115 116 117 118 119 selftests)
sharp_debug=(001 013 017 031 050 066 090 110 kunit)
export MOVES=${MOVES-50}	# there and back, of 090
export POINTS=${POINTS-*:HOME_END}	# at which 110 has something fail
export PARTS=${PARTS-reset}	# of 111
lies="end-early call-own window-large two-ends own-clone exec-leaving signal-kill mxcsr"
export LIES=${LIES-$lies}	# of 117
export KINDS=${KINDS-fin} TIMES=${TIMES-1}	# of 119
if [ "${1:-check}" = all ]; then
	unset MOVES POINTS PARTS LIES KINDS TIMES
	sharp=()
	sharp_debug=()
fi

rm -rf "$results"
mkdir -p "$results"
case ${1:-check} in
unit)
	units ;;
sim)
	part sim make_ktap loadinfo/test sim ;;
check | all)
	part overlay one "the series applies" $here/overlay.sh
	aside model kernel/test/model/check.sh
	part lint $here/lint.sh
	part scripts $here/test-overlay.sh
	joined
	units
	part sim make_ktap loadinfo/test sim
	aside fuzz make_ktap kernel/test/fuzz check
	part sparse $here/sparse.sh
	joined
	builds
	patches
	part normal cluster normal "${sharp[@]}"
	part debug cluster debug "${sharp_debug[@]}"
	if [ "${1:-check}" = all ]; then
		# One CPU each, of which a node has the share that a test asks for.
		SMP=1 part six cluster -n 6 normal 10
		MINUTES=3 NODES=3 part soak qemu-tests/soak
		part coccicheck $here/coccicheck.sh
	fi ;;
*)
	die "no such check '$1': unit, sim or all" ;;
esac

files=()
for name in "${names[@]}"; do
	files+=("$results/$name.ktap")
done

# Once more what failed and what was said of it, where somebody looks first.
grep -hE '^ *(not ok|#   )' "${files[@]}" | tail -n 100 | sed 's/^/# /' || true
echo "# ----"
for name in "${names[@]}"; do
	sed 's/^/# /' "$results/$name.sum"
done
echo "# in all $SECONDS s"
$here/ktap-sum.sh "${files[@]}"
