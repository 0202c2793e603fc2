#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest that a process leaves: criu-from METHOD MIB HOW LASTPID. Starts a
# ticker of so much memory, and when it has gone on for a second dumps it to
# 10.77.0.2, where criu-to waits. Says when that began, by the wall clock.
set -eu

dir=/tmp/criu
to=10.77.0.2
method=$1

# A file on both nodes is what it says its words to: CRIU carries no files. Nor
# another PID, so it must be one that the other node does not have.
launch() {
	echo "$3" >/proc/sys/kernel/ns_last_pid
	setsid ticker "$1" "$2" </dev/null >$dir/said 2>&1 &
	pid=$!
	# Nobody else moves it.
	[ ! -e /proc/$pid/mosix/lock ] || echo 1 >/proc/$pid/mosix/lock
	while ! grep -q ready $dir/said; do
		sleep 0.1
	done
	sleep 1
	kill -USR1 $pid
}

# criu COMMAND ARGS...: of the dumping ones.
dump() {
	criu "$@" -t "$pid" -v2 -o dump.log --manage-cgroups=ignore
}

# Everything but pages, which went on their own.
send() {
	cp $dir/said $dir/images
	tar -c -C $dir/images . | pour out $to 9101
}

rm -rf $dir
mkdir -p $dir/images/1 $dir/images/2
launch "$2" "$3" "$4"
echo "pid $pid"
echo "began $(wall now)"
case $method in
dump)
	dump dump -D $dir/images/2 --page-server --address $to --port 9100
	send
	;;
pre-dump)
	dump pre-dump -D $dir/images/1 --track-mem --page-server \
		--address $to --port 9100
	dump dump -D $dir/images/2 --track-mem --prev-images-dir ../1 \
		--page-server --address $to --port 9102
	send
	;;
lazy-pages)
	mkfifo $dir/status
	dump dump -D $dir/images/2 --lazy-pages --address 10.77.0.1 \
		--port 9100 --status-fd 5 5>$dir/status &
	# It says one byte when its pages can be asked for.
	dd if=$dir/status bs=1 count=1 of=/dev/null 2>/dev/null
	send
	wait $!
	;;
esac
echo "dumped $(wall now)"
