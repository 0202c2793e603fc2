#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: what a kernel says when it is unwell is heard, and nothing else is.
#
#   n1 kernel -- serial console -- file -- splats
. "$TOP/qemu-tests/lib/test.sh"

# Each is a line as the kernel prints it.
bad=(
	'WARNING: CPU: 0 PID: 1 at mm/memory.c:1 f+0x1/0x2'
	'BUG: KASAN: slab-use-after-free in f+0x1/0x2'
	'BUG: sleeping function called from invalid context at mm/x.c:1'
	'WARNING: possible circular locking dependency detected'
	'WARNING: suspicious RCU usage'
	'Oops: general protection fault, probably for non-canonical address'
	'rcu: INFO: rcu_sched self-detected stall on CPU'
	'INFO: task sh:1 blocked for more than 120 seconds.'
	'kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)'
	'list_add corruption. next->prev should be prev'
)
say() {
	n1 "echo '<3>$1' >/dev/kmsg"
}

forgive 1
for line in "${bad[@]}"; do
	say "$line"
	claim "it hears: ${line:0:40}" wait_for 10 splats 1
	forgive 1
	claim_not "and forgives: ${line:0:40}" splats 1
done
say 'prog[55]: segfault at 0 ip 0 sp 0 error 4 in prog[400000+1000]'
say 'mosix: node 2 is down'
say 'Warning: unable to open an initial console.'
sleep 1
claim_not "it takes no offence at daily business" splats 1
