#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest that a process goes to: criu-to METHOD. Takes what criu-from sends,
# restores the process, and a second after all of its memory is there asks what it
# has missed.
set -eu

dir=/tmp/criu
me=10.77.0.2
from=10.77.0.1
method=$1

# listening PORT: until somebody does, here. 0A is LISTEN.
listening() {
	hex=$(printf ':%04X' "$1")
	while ! grep -q "$hex [0-9A-F:]* 0A " /proc/net/tcp; do
		sleep 0.05
	done
}

# page_server FOLDER PORT OPTIONS...
page_server() {
	images=$1
	port=$2
	shift 2
	criu page-server -D "$images" -v2 -o server.log --address $me \
		--port "$port" "$@" &
	servers="${servers-} $!"
	listening "$port"
}

restore() {
	# Where it has its words from, and goes on to say them.
	mv $dir/images/said $dir/said
	criu restore -D $dir/images/2 -d -v2 -o restore.log \
		--manage-cgroups=ignore --pidfile $dir/pid "$@"
	lock=/proc/$(cat $dir/pid)/mosix/lock
	[ ! -e "$lock" ] || echo 1 >"$lock"
	echo "running $(wall now)"
}

rm -rf $dir
mkdir -p $dir/images/1 $dir/images/2
case $method in
dump)
	page_server $dir/images/2 9100
	;;
pre-dump)
	page_server $dir/images/1 9100
	page_server $dir/images/2 9102 --prev-images-dir ../1
	;;
esac
pour in 9101 >$dir/tar &
pour=$!
listening 9101
echo "listening"
wait $pour
tar -x -C $dir/images <$dir/tar
rm $dir/tar
case $method in
lazy-pages)
	criu lazy-pages -D $dir/images/2 -v2 -o lazy.log --page-server \
		--address $from --port 9100 &
	lazy=$!
	while ! [ -S $dir/images/2/lazy-pages.socket ]; do
		sleep 0.01
	done
	restore --lazy-pages
	wait $lazy
	;;
*)
	for server in ${servers-}; do
		wait "$server"
	done
	restore
	;;
esac
echo "whole $(wall now)"
sleep 1
pid=$(cat $dir/pid)
kill -TERM "$pid"
while [ -e "/proc/$pid" ]; do
	sleep 0.05
done
echo "value $(tail -n 1 $dir/said)"
