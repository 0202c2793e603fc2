#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Planted: a test that makes no claim.
. "$TOP/qemu-tests/lib/test.sh"

n1 true
