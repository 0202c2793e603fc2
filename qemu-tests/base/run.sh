#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# run.sh SECONDS OUTPUT COLLECTION:TEST [OPTIONS of restless...]
#
# One selftest of the base, on node 1 in its Debian userland. Adds to OUTPUT a
# line for each verdict: COLLECTION:TEST, its number, "ok", "not ok", "skip" or
# "xfail", and its name. A program that speaks no TAP has one verdict, number 0:
# that of its exit status. Prints what it said.
seconds=$1 output=$2 collection=${3%%:*} test=${3#*:} which=$3
shift 3

dir=/tmp/base/$collection
log=/tmp/base/log
restless -l "$seconds" -r /tmp/base/report "$@" chroot /debian env -i \
	PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/tmp TMPDIR=/tmp \
	sh -c "cd $dir && exec ./$test" >$log 2>&1 </dev/null
status=$?
cat $log
cat /tmp/base/report
echo "$which: status $status"
awk -v which="$which" -v status=$status '
	function say(number, verdict, name) {
		printf "%s\t%d\t%s\t%s\n", which, number, verdict, name
	}
	{ sub(/\r$/, "") }
	# What it said before without a newline.
	{ sub(/^.*\.\.not ok /, "not ok ") }
	/^ *(not )?ok [0-9]+/ {
		verdict = $1 == "not" ? "not ok" : "ok"
		name = $0
		sub(/^ *(not )?ok [0-9]+ *-? */, "", name)
		if (toupper(name) ~ /# *SKIP/)
			verdict = "skip"
		else if (toupper(name) ~ /# *XFAIL/)
			verdict = "xfail"
		say(++n, verdict, name)
	}
	END {
		if (n && (!status || status == 1 || status == 4))
			exit
		if (!n || status)
			say(0, status == 0 ? "ok" : status == 4 ? "skip" :
			    "not ok", status == 124 ? "not over in time" :
			    "exit status " status)
	}' $log >>"$output"
