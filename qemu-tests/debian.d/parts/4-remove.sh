#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: removed, the packages leave what the admin wrote; purged, nothing; and
# the cluster goes on without that node.
#
# limit: 900
. "$TOP/qemu-tests/debian.d/machines.sh"

apt() { # I VERB PACKAGE
	node "$1" "DEBIAN_FRONTEND=noninteractive apt-get -q -y $2 $3"
}
is_down() { # I
	node 1 mosctl status | grep -qE "^$1 down"
}
left() { # that belongs to nobody else
	n3 "find / -xdev -path /var/log -prune -o \
		-path /var/lib/dpkg -prune -o -path '*$1*' -print"
}

must "the tools are removed" apt 3 remove mosix-tools
assert_eq "$(n3 "grep -c ^node /proc/mosix/config")" 0 "it is no node any more"
claim "and the others see that" wait_for 60 is_down 3
assert_eq "$(n3 "cd /etc/mosix && echo *")" "key map policy settings" \
	"what the admin wrote is left"
assert_eq "$(n3 "grep -l mosix /etc/pam.d/*")" "" "PAM has nothing of it"
assert_eq "$(n3 "systemctl list-unit-files --no-legend 'mosix*'")" "" \
	"nor has systemd"
claim "a login works without" n3 su -l anna -c true
must "installed again" installs 3 "$VM_TOOLS_NEXT"
claim "it is a node again, by what was left" wait_for 60 all_up 1
must "purged" apt 3 purge mosix-tools
in_use 3 "$TMP/after"
claim "all is as it was before" diff "$CLUSTER/before" "$TMP/after"
assert_eq "$(left mosix-tools; left /mosix/)" "" \
	"and nothing of that name is left"
claim "no service failed" test -z "$(n3 systemctl --failed --no-legend)"
must "the kernel is purged" apt 3 purge "linux-image-$VM_RELEASE"
assert_eq "$(left "$VM_RELEASE")" "" "and leaves nothing"
for i in 1 2 3; do
	node "$i" systemctl poweroff || true
done
for i in 1 2 3; do
	claim "n$i goes off by itself" machine_off "$i" 180
done
