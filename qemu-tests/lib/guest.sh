# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Commands on the nodes of the running cluster.
#
#   n1 CMD...            run a shell command on node 1 (n2, n3, ... likewise):
#                        output and exit status come back; input is /dev/null
#   node I CMD...        the same with the number as an argument
#   feed I CMD...        the same with our standard input as the command's
#   put I FILE PATH      copy a file of ours to the node (PATH without blanks)
#   get I PATH FILE      and back
#   start NAME I PROGRAM ARGS...
#                        start a program and go on. Its pid on the node is
#                        $(pid_of NAME), its output so far $(out_of NAME)
#   finish NAME [SECONDS]  wait for it: its exit status; out_of and err_of have
#                        all it said. It is killed when the time is over.
#   stop_client NAME     drop it: what it runs on the node is killed
#   press NAME TEXT      type on the terminal of what start_tty started
#   start_tty NAME I PROGRAM ARGS...  as start, on a terminal of its own
#   wait_for SECONDS CMD...  poll until CMD succeeds; debug kernels get more time
#   reboot_node I        power cut, and up again
#   crash_node I         power cut; 'boot_node I; wait_node I' brings it back
#   set_key I TEXT       write to /proc/mosix/key of node I: a key or "insecure"
#   keys_on KEY          all nodes speak encrypted from now on; after the test
#                        they do again what they did when they booted
#   make_key             a new key
#   security I NAME      a value of /proc/mosix/security of node I
#   netem I ARGS...      tc netem on eth0 of node I: 'netem 2 delay 20ms loss 5%'
#   netem_off I
#   pcap flows           what crossed the bridge since the test began: flows,
#   pcap count FILTER    packets and bytes of payload,
#   pcap messages, pcap tally   messages of the links, one by one or counted;
#   pcap pages           how many pages each link carried, out and back
#   pcap sealed          the encrypted links: ends, records, first message
#   pcap check           fails when a node sent what no node may send
#
# A status of 124 means that the time limit passed ($ON_LIMIT seconds), 253
# that the node is down.

node() {
	"$WORK/bin/on" "$@" 3>&-
}

feed() {
	"$WORK/bin/on" -i "$@" 3>&-
}

guest_names() {
	local i
	for ((i = 1; i <= NODES; i++)); do
		eval "n$i() { node $i \"\$@\"; }"
	done
}

put() {
	feed "$1" dd status=none bs=64k "of=$3" <"$2"
	[[ ! -x $2 ]] || node "$1" chmod +x "$3"
}

get() {
	node "$1" cat "$2" >"$3"
}

start_with() {
	local flags=$1 name=$2 id=$3 i
	shift 3
	mkdir -p "$TMP/job"
	rm -f "$TMP/job/$name".*
	if [[ $flags == -p ]]; then
		mkfifo "$TMP/job/$name.keys"
		# Open for both: writers come and go without an end of file.
		"$WORK/bin/on" -p -t 0 -P "$TMP/job/$name.pid" "$id" exec "$@" \
			<>"$TMP/job/$name.keys" >"$TMP/job/$name.out" \
			2>"$TMP/job/$name.err" 3>&- &
	else
		"$WORK/bin/on" -t 0 -P "$TMP/job/$name.pid" "$id" exec "$@" \
			</dev/null >"$TMP/job/$name.out" \
			2>"$TMP/job/$name.err" 3>&- &
	fi
	echo $! >"$TMP/job/$name.client"
	for ((i = 0; i < 200 * SLOW; i++)); do
		[[ ! -s $TMP/job/$name.pid ]] || return 0
		kill -0 "$(cat "$TMP/job/$name.client")" 2>/dev/null || break
		sleep 0.05
	done
	[[ -s $TMP/job/$name.pid ]] && return
	echo "node $id did not start: $*" >&2
	return 1
}

start() {
	start_with -n "$@"
}

start_tty() {
	start_with -p "$@"
}

press() {
	printf "%b" "$2" >>"$TMP/job/$1.keys"
}

pid_of() {
	cat "$TMP/job/$1.pid"
}

out_of() {
	cat "$TMP/job/$1.out"
}

err_of() {
	cat "$TMP/job/$1.err"
}

stop_client() {
	local client
	client=$(cat "$TMP/job/$1.client")
	kill "$client" 2>/dev/null || true
	wait "$client" 2>/dev/null || true
}

finish() {
	local client i seconds=${2:-${ON_LIMIT:-60}}
	client=$(cat "$TMP/job/$1.client")
	for ((i = 0; i < 20 * seconds; i++)); do
		if ! kill -0 "$client" 2>/dev/null; then
			wait "$client"
			return
		fi
		sleep 0.05
	done
	echo "$1: not over after $seconds s" >&2
	stop_client "$1"
	return 124
}

wait_for() {
	local end=$((SECONDS + $1 * SLOW))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || return 1
		sleep 0.1
	done
}

crash_node() {
	kill_node "$1"
}

reboot_node() {
	kill_node "$1"
	boot_node "$1"
	wait_node "$1"
}

make_key() {
	od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n'
	echo
}

# On standard input: a key has no place on a command line.
set_key() {
	: >"$CLUSTER/keyed"
	printf '%s\n' "$2" | feed "$1" "umask 077; mkdir -p /etc/mosix
		cat >/etc/mosix/key; cat /etc/mosix/key >/proc/mosix/key"
}

keys_on() {
	local i key=$1
	for ((i = 1; i <= NODES; i++)); do
		set_key "$i" "$key" || return 1
	done
	echo "$key" >"$CLUSTER/key"
}

keys_as_booted() {
	local i text=insecure
	if [[ -e $CLUSTER/key.boot ]]; then
		cp "$CLUSTER/key.boot" "$CLUSTER/key"
		text=$(cat "$CLUSTER/key")
	else
		rm -f "$CLUSTER/key"
	fi
	for ((i = 1; i <= NODES; i++)); do
		set_key "$i" "$text" || true
	done
	rm -f "$CLUSTER/keyed"
}

security() {
	node "$1" cat /proc/mosix/security | sed -n "s/^$2 //p"
}

netem() {
	local id=$1
	shift
	: >"$CLUSTER/netem.$id"
	node "$id" tc qdisc replace dev eth0 root netem "$@"
}

netem_off() {
	rm -f "$CLUSTER/netem.$1"
	node "$1" tc qdisc del dev eth0 root
}

# pcap QUESTION [FILTER...]: see pcap/pcapcheck.c.
pcap() {
	local question=$1
	shift
	capture_sync || return 1
	timeout 120 "$CLUSTER/pcapcheck" "$(cat "$CLUSTER/capture.name")" "$question" \
		${1+"$*"}
}
