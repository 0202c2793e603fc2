# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# All that a script beside a running cluster needs: n1, n2, ... and the helpers
# of net.sh, share.sh, boot.sh, guest.sh and splat.sh. Tests get it through test.sh.

. "$TOP/qemu-tests/lib/net.sh"
. "$TOP/qemu-tests/lib/share.sh"
. "$TOP/qemu-tests/lib/boot.sh"
. "$TOP/qemu-tests/lib/guest.sh"
. "$TOP/qemu-tests/lib/splat.sh"
guest_names

# A process may end while it is looked at.
faults_on() {
	node "$1" "cat /proc/[0-9]*/mosix/stats 2>/dev/null; true" |
		awk '$1 == "faults" { n += $2 } END { print n + 0 }'
}
