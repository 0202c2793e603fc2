# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What a part sources first: lib/test.sh, the machines, and what more than one
# part asks.
#
#   all_up I             node I sees all nodes up
#   policed I            is what node I starts from now on to stay
#   installs I FILE      apt installs a package file there
#   in_use I FILE        what of /etc, /usr, ... there is, to be held against later
#   jobs_start I WHICH...  the user types that these jobs shall run
#   jobs_over WHICH...   have they all ended
#   claim_jobs WHICH...  with the outputs that this machine's own run gives

. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/debian.d/machine.sh"

all_up() {
	[[ $(node "$1" "mosctl status" | grep -cE '^[0-9]+ up') == "$NODES" ]]
}

policed() {
	[[ $(node "$1" cat /proc/1/mosix/lock) == 1 ]]
}

installs() {
	local name=${2##*/}
	put "$1" "$2" "/root/$name" &&
		node "$1" "DEBIAN_FRONTEND=noninteractive \
			apt-get install -y -q /root/$name && rm /root/$name"
}

# Not what programs write down as they run, nor what apt and dpkg know of it.
in_use() {
	node "$1" "find / -xdev \( -path /tmp -o -path /var/tmp -o -path /var/log \
		-o -path /var/cache -o -path /var/lib/dpkg -o -path /var/lib/apt \
		-o -path /var/lib/systemd -o -path /root -o -path /home \) -prune \
		-o -printf '%M %u %p %l\n' | sort
		find /etc -type f ! -name '*-' -exec md5sum {} + | sort -k 2" >"$2"
}

jobs_start() {
	local i which=${*:2}
	for i in $which; do
		type_in "$1" "(sh job $i >out$i 2>err$i; echo \$? >status$i) &"
		sees "$1" 60 '^\[[0-9]+\] [0-9]+' || return 1
	done
}

jobs_over() {
	node 1 "cd ~anna && ls $(printf 'status%s ' "$@")"
}

claim_jobs() {
	local i
	for i in "$@"; do
		assert_eq "$(n1 "cat ~anna/status$i ~anna/err$i")" 0 \
			"job $i ends well"
		assert_eq "$(n1 "cat ~anna/out$i")" "$(bash \
			"$TOP/qemu-tests/debian.d/guest/job" "$i" 2>&1)" \
			"with the right output"
	done
}
