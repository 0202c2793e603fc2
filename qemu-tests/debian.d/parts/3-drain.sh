#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a node that is drained can be upgraded and rebooted under running jobs,
# comes back by itself, is used again, and all outputs are right.
#
#   n1 (anna's jobs) -- n2 (drained, upgraded, rebooted) -- n3
#
# limit: 1800
. "$TOP/qemu-tests/debian.d/machines.sh"

guests() { # I
	[[ $(node "$1" mosps -n --guests) ]]
}
shows() { # REGEX
	screen 1 anna >"$TMP/screen" && grep -qE -- "$1" "$TMP/screen"
}
is_down() { # I
	node 1 mosctl status | grep -qE "^$1 down"
}
version() { # PACKAGE
	n2 "dpkg-query -W -f '\${Version} \${db:Status-Status}' $1"
}

must "n2 has guests" wait_for 240 guests 2
claim "drain sends them home" n2 mosctl --timeout 120 drain
claim_not "none is left" guests 2
assert_eq "$(n1 mosps -n --where 2)" "" "their home does not see any there"
claim "mosmon has a mark for it" wait_for 30 shows '^ +1 +2B +3'
n2 md5sum /etc/mosix/map /etc/mosix/key >"$TMP/before"
claim "apt upgrades the tools" installs 2 "$VM_TOOLS_NEXT"
assert_eq "$(version mosix-tools)" "$VM_NEXT installed" "to the later version"
assert_eq "$(n2 mosctl --version)" "mosctl (mosix) $VM_NEXT" "which runs"
claim "and leaves map and key" diff "$TMP/before" \
	<(n2 md5sum /etc/mosix/map /etc/mosix/key)
claim "it is still a node" wait_for 30 all_up 1
claim "and still drained" wait_for 30 shows '^ +1 +2B +3'
claim "apt upgrades the kernel" installs 2 "$VM_KERNEL_NEXT"
assert_eq "$(version "linux-image-$VM_RELEASE")" \
	"$(dpkg-deb -f "$VM_KERNEL_NEXT" Version) installed" "to the later version"
boot=$(n2 cat /proc/sys/kernel/random/boot_id)
n2 "systemctl reboot" || true
must "it goes down by itself" machine_off 2 180
claim "the others notice" wait_for 120 is_down 2
must "there is a kernel in its /boot" machine_kernel 2
boot_node 2
must "it boots" machine_up 2
claim "anew" test "$(n2 cat /proc/sys/kernel/random/boot_id)" != "$boot"
must "and is a node without being told" wait_for 240 all_up 1
claim "not drained any more" wait_for 60 shows '^ +1 +2 +3 *$'
claim "with its policy" wait_for 60 policed 2
type_in 1 ""
must "anna has more jobs" jobs_start 1 7 8 9
must "n2 has guests again" wait_for 300 guests 2
claim "its service stops as at a shutdown" n2 systemctl stop mosix
claim_not "and no guest is left" guests 2
claim "it starts" n2 systemctl start mosix
claim "and n2 is a node as before" wait_for 60 all_up 1
claim "all jobs end" wait_for 900 jobs_over 1 2 3 4 5 6 7 8 9
claim_jobs 1 2 3 4 5 6 7 8 9
claim "no service failed" test -z "$(n2 systemctl --failed --no-legend)"
