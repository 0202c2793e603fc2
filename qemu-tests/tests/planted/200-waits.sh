#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Planted: a test to be interrupted.
. "$TOP/qemu-tests/lib/test.sh"

ok "it waits"
n1 sleep 1000
