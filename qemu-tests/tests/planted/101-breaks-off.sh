#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Planted: a command fails that no claim is made about.
. "$TOP/qemu-tests/lib/test.sh"

claim "this holds" true
text=$(n1 cat /no/such/file)
claim "this is never asked" test "$text"
