#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: it is the time of home wherever a process is, also where a node's clock is
# wrong, and also when the home's clock is set meanwhile.
#
#   n1 (home) --> n2 (an hour behind) --> n3 (an hour ahead) --> n1
#
# limit: 300
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

# set_clock NODE SECONDS: put it forward by so many.
set_clock() {
	node "$1" "date -s @\$((\$(date +%s) + $2)) >/dev/null"
}

claim "an hour is put back on 2" set_clock 2 -3600
claim "an hour is put forward on 3" set_clock 3 3600
claim_tour 2 3 home -- clock
claim_tour 2 3 home -- walltime
claim_restless 4 walltime

# What the process says, and what its home says behind it.
read_time() {
	n1 "cat $(victim_dir dates)/now; date +%s"
}

is_homes_time() {
	local now=()
	mapfile -t now < <(read_time)
	((now[0] >= now[1] - 3 && now[0] <= now[1])) && return
	echo "it is ${now[1]} at home, not ${now[0]}"
	return 1
}

if claim_victim dates 1 dates; then
	claim "it moves" move dates 2
	claim "it tells home's time" wait_for 5 is_homes_time
	claim "the home's clock is put forward" set_clock 1 1000
	claim "it tells that time" wait_for 5 is_homes_time
	claim "the home's clock is put back" set_clock 1 -2000
	claim "it tells that time, too" wait_for 5 is_homes_time
	claim "the host's clock is put forward" set_clock 2 500
	claim "it tells home's time still" wait_for 5 is_homes_time
	claim "dates has seen nothing" passes dates
fi
