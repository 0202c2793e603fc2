#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Planted: a claim that does not hold.
. "$TOP/qemu-tests/lib/test.sh"

claim "this holds" true
claim "this does not" n1 false
claim "this holds again" true
