#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a test that fails, in whatever way, makes the run fail, and the next
# test still finds a healthy cluster. A run inside this one has tests that
# fail on purpose.
#
# flavour: normal
# limit: 240
. "$TOP/qemu-tests/lib/test.sh"

mkdir "$TMP/work"
cp -a "$WORK"/{bin,programs} "$TMP/work"
export -n CLUSTER
status=0
WORK=$TMP/work "$TOP/qemu-tests/run" -n 1 -T "$TOP/qemu-tests/tests/planted" \
	normal 10 >"$TMP/ktap" || status=$?
cat "$TMP/ktap"

said() {
	grep -qE "^$1 [0-9]+ $2" "$TMP/ktap"
}

assert_eq "$status" 1 "the run fails"
claim "a claim that does not hold is told" said "not ok" "100.*: this does not"
claim "and the rest of its test is asked" said ok "100.*: this holds again"
claim "a command that breaks is told with its line" \
	said "not ok" "101.*: line 7 failed .*/no/such/file"
claim_not "and ends its test" grep -q "never asked" "$TMP/ktap"
claim "a test that hangs is ended" said "not ok" "102.*: ends within 3 s"
claim "a test without a claim is none" said "not ok" "103.*it makes a claim"
claim "a panic is told" said "not ok" "104.*: the nodes stay healthy"
claim "with the kernel's own words" grep -q "^#.*Kernel panic" "$TMP/ktap"
claim "a complaint is told" said "not ok" "105.*: the nodes stay healthy"
claim "a killed test is told" said "not ok" "106.*: ended with status 137"
claim "after all that a test passes" said ok "107.*: the cluster is as new"
claim "the plan counts them all" grep -qx "1..$(grep -cE '^(not )?ok ' \
	"$TMP/ktap")" "$TMP/ktap"
