#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Planted: a test that does not end.
# limit: 3
. "$TOP/qemu-tests/lib/test.sh"

claim "this holds" true
n1 sleep 1000
