#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: however a program ends while it is away, its parent at home sees the
# same as if it had never left.
#
#   n1: parent --> ending (home), its body on n2
#
# limit: 600
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

# Starts parent and ending; ending is on node $2 when it is told to stop.
end_on() {
	local node=$1 how=$2 pid
	rm -f "$TMP/job/parent".*
	n1 'rm -rf /tmp/end; mkdir /tmp/end'
	start parent 1 parent ending -d /tmp/end "$how"
	wait_for 60 n1 test -s /tmp/end/ready
	pid=$(n1 cat /tmp/end/ready)
	n1 "tell /proc/$pid/mosix/lock 1"
	if [[ $node != 1 ]]; then
		n1 "tell /proc/$pid/mosix/goto $node"
		[[ $(n1 "cat /proc/$pid/mosix/where") == "$node" ]]
	fi
	n1 touch /tmp/end/stop
	finish parent 60
}

ended() {
	out_of parent | grep -E '^(exited|killed)'
}

ends() {
	local how=$1 want=$2 home away
	end_on 1 "$how"
	home=$(ended)
	if end_on 2 "$how"; then
		away=$(ended)
		assert_eq "$away" "$home" "$how: seen as at home"
	else
		stop_client parent
		fail "$how: seen as at home"
	fi
	claim "$how: it is '$want'" test "$home" = "$want"
}

# A quiet log: the kernel tells of each fault that nobody handles.
n1 'echo 0 >/proc/sys/debug/exception-trace' || true

ends exit:0 "exited 0"
ends exit:1 "exited 1"
ends exit:255 "exited 255"
ends exit:1000 "exited 232"
ends abort "killed 6"
ends segv "killed 11"
ends jump "killed 11"
ends stack "killed 11"
ends fpe "killed 8"
ends ill "killed 4"
ends trap "killed 5"
ends bus "killed 7"
ends alarm "killed 14"
for sig in 1 2 3 6 9 10 13 15 24 31 34; do
	ends kill:$sig "killed $sig"
done
claim "nothing is left of them on node 2" \
	wait_for 20 no_guest_on 2
