#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Planted: a test that is killed.
. "$TOP/qemu-tests/lib/test.sh"

claim "this holds" true
kill -KILL $$
