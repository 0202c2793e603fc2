#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a node can lose its power in the middle of a test, and come back.
#
#   n1 -- bridge -- n2 (dies)
# nodes: 2
. "$TOP/qemu-tests/lib/test.sh"

start sleeper 2 sleep 1000
claim "a started program runs" n2 kill -0 "$(pid_of sleeper)"
n2 touch /tmp/here
crash_node 2
status=0
finish sleeper || status=$?
assert_eq "$status" 253 "what ran there ends with the status of a dead node"
status=0
n2 true || status=$?
assert_eq "$status" 253 "a dead node takes no command"
claim "the others live" n1 true
boot_node 2
claim "it boots again" wait_node 2
claim_not "with nothing of its former life" n2 test -e /tmp/here
claim "and is on the network" wait_for 20 n1 ping -c 1 -W 2 n2
