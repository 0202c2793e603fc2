#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Planted: a good test after all the bad ones.
. "$TOP/qemu-tests/lib/test.sh"

claim "the cluster is as new" n1 true
