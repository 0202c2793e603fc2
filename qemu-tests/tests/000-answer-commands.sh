#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a command on a node behaves as if it ran here: output, error output,
# status, input, and nothing lost.
#
#   host -- virtio port -- agent -- sh -c COMMAND
. "$TOP/qemu-tests/lib/test.sh"

assert_eq "$(n1 hostname)" n1 "node 1 knows its name"
