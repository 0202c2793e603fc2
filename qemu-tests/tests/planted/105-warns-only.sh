#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Planted: all claims hold, but the kernel complains.
. "$TOP/qemu-tests/lib/test.sh"

claim "this holds" n1 'echo "<3>BUG: planted" >/dev/kmsg'
