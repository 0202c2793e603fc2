#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Planted: a kernel that dies.
. "$TOP/qemu-tests/lib/test.sh"

claim "this holds" true
n1 'echo c >/proc/sysrq-trigger' || true
