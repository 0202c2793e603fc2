#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2086 # $as_nobody is a command and its arguments
# Claim: whoever may kill a process may migrate it, and nobody else.
#
#   n1: root's victim and nobody's victim
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

as_nobody="as 65534"

n1 'rm -rf /tmp/theirs; mkdir -m 777 /tmp/theirs'
victim mine 1 heap
start theirs 1 $as_nobody heap -d /tmp/theirs
echo 1 >"$TMP/job/theirs.home"
wait_for 60 n1 test -s /tmp/theirs/ready
mine=/proc/$(pid_of mine)/mosix
theirs=/proc/$(pid_of theirs)/mosix
assert_match "$(n1 grep Uid "/proc/$(pid_of theirs)/status")" 65534 \
	"one victim is nobody's"

assert_eq "$(n1 $as_nobody tell "$mine/goto" 2)" EPERM \
	"nobody may not move root's"
assert_eq "$(n1 $as_nobody tell "$mine/goto" home)" EPERM "nor bring it home"
assert_eq "$(n1 $as_nobody tell "$mine/lock" 1)" EPERM "nor lock it"
n1 "cp \$(command -v tell) /tmp/told; chmod 4755 /tmp/told"
assert_eq "$(n1 $as_nobody sh -c "'/tmp/told - 0 2>$mine/lock'")" EPERM \
	"nor have a program of root's unlock it"
assert_eq "$(n1 cat "$mine/lock")" 1 "which is locked still"
assert_eq "$(n1 $as_nobody tell /proc/mosix/config "'self 1'")" EACCES \
	"nor configure the node"
assert_eq "$(n1 $as_nobody tell /proc/mosix/admin/block 1)" EACCES \
	"nor block it"
assert_eq "$(n1 $as_nobody cat "$mine/where")" 1 "but look where it is"
assert_eq "$(n1 $as_nobody tell "$theirs/lock" 1)" ok "it may lock its own"
assert_eq "$(n1 $as_nobody tell "$theirs/goto" 2)" ok "and move it"
n1 'mkdir /tmp/hides; mount -t proc -o hidepid=2 proc /tmp/hides'
assert_eq "$(n1 grep -c heap /tmp/hides/mosix/processes)" 2 "root sees both"
assert_eq "$(n1 $as_nobody grep -c heap /tmp/hides/mosix/processes)" 1 \
	"where /proc hides processes, nobody sees its own"
n1 'umount /tmp/hides; rmdir /tmp/hides'
assert_eq "$(n1 cat "$theirs/where")" 2 "which is there then"
assert_eq "$(n1 tell "$theirs/goto" home)" ok "root may bring it home"
n1 touch /tmp/theirs/stop
claim "nobody's victim has seen nothing" finish theirs
claim "nor has root's" passes mine
