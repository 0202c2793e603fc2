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

launch_by parent

# Ending, a child of parent, is on node $1 when it is told to stop.
end_on() {
	victim ending 1 ending "$2" >/dev/null || return
	[[ $1 == 1 ]] || move ending "$1" || return
	n1 "touch $(victim_dir ending)/stop"
	finish ending 60
}

ended() {
	out_of ending | grep -E '^(exited|killed)'
}

ends() {
	local how=$1 want=$2 home away
	end_on 1 "$how"
	home=$(ended)
	if end_on 2 "$how"; then
		away=$(ended)
		assert_eq "$away" "$home" "$how: seen as at home"
	else
		stop_client ending
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
