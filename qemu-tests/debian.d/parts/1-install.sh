#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: with the packages and the steps of the guide, three machines are a cluster,
# the third by the key and one contact alone, in which services stay and what comes
# from a login may move.
#
# limit: 900
. "$TOP/qemu-tests/debian.d/machines.sh"

systemctl_is() { # I WORD UNIT
	[[ $(node "$1" "systemctl is-$2 $3") == "$2" ]]
}
no_unit_failed() { # I
	[[ ! $(node "$1" "systemctl --failed --no-legend | tee /dev/stderr") ]]
}
settled() { # I
	node "$1" "systemctl is-system-running" | grep -qE 'running|degraded'
}
locked() { # I: the locks of all processes of these names, each once
	node "$1" "for pid in \$(pgrep -x '$2'); do
		cat /proc/\$pid/mosix/lock; done | sort -u"
}
see_up() { # I N: so many
	[[ $(node "$1" "mosctl status" | grep -cE '^[0-9]+ up') == "$2" ]]
}
reaches() { # I J
	node "$1" "ssh-keyscan -T 5 10.77.0.$2 | grep ."
}

# ---- what the one who installs Debian would do ----
for i in 1 2 3; do
	node "$i" "hostnamectl set-hostname n$i
		printf '[Match]\nType=ether\n[Network]\nAddress=10.77.0.$i/24\n' \
			>/etc/systemd/network/lan.network
		networkctl reload"
done
for i in 1 2 3; do
	assert_eq "$(node "$i" uname -r)" "$VM_RELEASE" \
		"n$i runs the kernel of the package"
	claim "that has us in it" node "$i" test -e /proc/mosix/config
	claim "and modules that udev loads" node "$i" \
		"grep -q ^virtio_net /proc/modules"
	must "it comes up" wait_for 300 settled "$i"
	claim "with all its services" no_unit_failed "$i"
done
must "the machines reach each other" wait_for 60 reaches 1 2
in_use 3 "$CLUSTER/before"

# ---- install ----
for i in 1 2 3; do
	must "n$i: apt installs the tools" installs "$i" "$VM_TOOLS"
	claim "nothing fails while there is no map yet" no_unit_failed "$i"
	claim "and it is no node yet" grep -q '^no node map is set' \
		<(node "$i" mosctl status)
done

# ---- set up ----
n1 "mkdir -p -m 700 /root/.ssh
	ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
	echo 'StrictHostKeyChecking accept-new' >/root/.ssh/config
	cp -r /root/.ssh ~anna/.ssh && chown -R anna: ~anna/.ssh"
get 1 /root/.ssh/id_ed25519.pub "$TMP/public"
for i in 2 3; do
	node "$i" mkdir -p -m 700 /root/.ssh
	put "$i" "$TMP/public" /root/.ssh/authorized_keys
	node "$i" "cp -r /root/.ssh ~anna/.ssh && chown -R anna: ~anna/.ssh"
done
must "the map and the key are made" n1 mosctl setup 10.77.0.1 10.77.0.2
must "and brought to n2" n1 scp -q -p /etc/mosix/map /etc/mosix/key \
	root@10.77.0.2:/etc/mosix/
for i in 1 2; do
	claim "n$i: the service joins" node "$i" systemctl restart mosix
	claim "and others can join by it" systemctl_is "$i" active mosix-join.socket
done
must "n2 hears of n1" wait_for 60 see_up 2 2
must "the key alone is brought to n3" n1 scp -q -p /etc/mosix/key \
	root@10.77.0.3:/root/mosix.key
must "which joins by n2" n3 mosctl join --contact 10.77.0.2 --key /root/mosix.key
n3 rm /root/mosix.key
for i in 1 2 3; do
	assert_eq "$(node "$i" stat -c %a:%U /etc/mosix/key)" "600:root" \
		"n$i has the key where nobody else can read it"
	assert_eq "$(node "$i" md5sum /etc/mosix/map)" \
		"$(n1 md5sum /etc/mosix/map)" "and the map that all have"
done
claim "no unit of it has failed" no_unit_failed 2
for i in 1 2 3; do
	must "n$i sees all nodes up" wait_for 60 all_up "$i"
	claim "and is under the policy" wait_for 60 policed "$i"
done
claim "their links are encrypted" grep -q '^links encrypted' <(n1 mosctl security)

# ---- what may move ----
for name in cron sshd systemd-journal systemd-logind; do
	assert_eq "$(locked 1 $name)" 1 "$name stays"
done
assert_eq "$(n1 "runuser -u anna -- ssh anna@10.77.0.2 cat /proc/self/mosix/lock")" 0 \
	"what comes from ssh may move"
assert_eq "$(n1 "su -l otto -c 'cat /proc/self/mosix/lock'")" 0 \
	"a session of otto, too"
n1 "sed -i 's/^not_for=.*/not_for=otto/' /etc/mosix/policy"
assert_eq "$(n1 "su -l otto -c 'cat /proc/self/mosix/lock'")" 1 \
	"not when the policy has him in not_for"
assert_eq "$(n1 "su -l anna -c 'cat /proc/self/mosix/lock'")" 0 \
	"which is not about anna"
