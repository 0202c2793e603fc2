#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a program can have a terminal of its own, and keys do there what keys
# do.
#
#   keys -- agent -- pty -- program on n1
. "$TOP/qemu-tests/lib/test.sh"

start_tty shell 1 busybox sh -i
press shell 'tty; stty -a | grep -c isig; echo "me=$((40 + 2))"\n'
claim "a terminal echoes and runs what is typed" \
	wait_for 20 grep -q 'me=42' "$TMP/job/shell.out"
claim "it is a pty" grep -q '^/dev/pts/' "$TMP/job/shell.out"
press shell 'exit 9\n'
status=0
finish shell || status=$?
assert_eq "$status" 9 "the shell's exit status comes back"

start_tty nap 1 sleep 1000
press nap '\003'
status=0
finish nap || status=$?
assert_eq "$status" 130 "^C interrupts the program in front"

# Job control needs a shell above: who leads the session cannot be stopped.
start_tty shell 1 busybox sh -i
press shell 'sleep 1000\n'
wait_for 20 n1 pidof sleep
press shell '\032'
claim "^Z stops it" wait_for 20 n1 \
	'grep -q "State:.*stopped" /proc/$(pidof sleep)/status'
press shell 'fg\n'
claim "and fg lets it go on" wait_for 20 n1 \
	'grep -q "State:.*sleeping" /proc/$(pidof sleep)/status'
press shell '\003'
claim "until ^C" wait_for 20 n1 '! pidof sleep'
press shell 'exit 0\n'
claim "under a shell that lived on" finish shell
