# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The jobs of the demo: real programs, each writing its result to
# /tmp/out/NAME on node 1.
#
#   now                    milliseconds of the host's clock
#   job_start ROUND NAME LIMIT  start it on node 1, killed after LIMIT seconds
#   jobs_over ROUND        have all ended
#   jobs_sample ROUND      look where each is; fills job_where and the like
#   jobs_sums ROUND        checksums of what they wrote
#
# Needs $TMP, $WORK and $CLUSTER; ROUND is a word.

job_names=(xz hash encrypt python bzip2)

declare -A job_command=(
	[xz]="xz -2 -T1 -c /tmp/kernel.tar"
	[hash]="openssl dgst -sha3-512 -r"
	[encrypt]="openssl enc -aes-256-cbc -pbkdf2 -iter 600000"
	[python]="python3 /tmp/nearest.py /tmp/kernel.tar 250"
	[bzip2]="busybox bzip2 -9 -c /tmp/kernel.tar /tmp/more.tar"
)
job_command[hash]+=$(printf ' /tmp/kernel.tar /tmp/more.tar%.0s' {1..6})
job_command[encrypt]+=" -S 6d6f7369782e6c62 -pass pass:demo -in /tmp/kernel.tar"

# shellcheck disable=SC2034 # show.sh reads them
declare -A job_about=(
	[xz]="xz, compress"
	[hash]="openssl, SHA3-512"
	[encrypt]="openssl, key and AES"
	[python]="python3, compute"
	[bzip2]="busybox, bzip2"
)

# shellcheck disable=SC2034 # as above
# Keyed by "ROUND NAME": node now, nodes seen, moves; and by ROUND: time of
# all together, and what the nodes had of the host's CPUs.
declare -A job_where job_seen job_moves job_total job_cpu

now() {
	local us=${EPOCHREALTIME//[!0-9]/}
	echo $((us / 1000))
}

job_start() {
	local round=$1 name=$2 limit=$3 file=$TMP/$1.$2
	job_where["$round $name"]=1
	job_seen["$round $name"]=1
	job_moves["$round $name"]=0
	now >"$file.begin"
	{
		status=0
		"$WORK/bin/on" -t "$limit" -P "$file.pid" 1 \
			"exec ${job_command[$name]} >/tmp/out/$name" \
			</dev/null >"$file.log" 2>&1 3>&- || status=$?
		echo "$(now) $status" >"$file.part"
		mv "$file.part" "$file.end"
	} &
}

job_ended() {
	[[ -e $TMP/$1.$2.end ]]
}

jobs_over() {
	local name
	for name in "${job_names[@]}"; do
		job_ended "$1" "$name" || return 1
	done
}

# job_ms ROUND NAME: how long it took, or takes so far.
job_ms() {
	local begin end
	begin=$(cat "$TMP/$1.$2.begin")
	end=$(now)
	! job_ended "$1" "$2" || read -r end _ <"$TMP/$1.$2.end"
	echo $((end - begin))
}

job_status() {
	local status
	read -r _ status <"$TMP/$1.$2.end"
	echo "$status"
}

job_note() {
	local key=$1 what=$2 value=$3
	# shellcheck disable=SC2034 # as above
	case $what in
	where)
		job_where[$key]=$value
		[[ " ${job_seen[$key]} " == *" $value "* ]] ||
			job_seen[$key]+=" $value"
		;;
	nmigs)
		job_moves[$key]=$value
		;;
	esac
}

# One command for all: the node is busy. Who has just ended has no files.
jobs_sample() {
	local round=$1 name pid path value files=()
	local -A name_of=()
	for name in "${job_names[@]}"; do
		pid=$(cat "$TMP/$round.$name.pid" 2>/dev/null) || continue
		if [[ ! $pid ]] || job_ended "$round" "$name"; then
			continue
		fi
		name_of[$pid]=$name
		files+=("/proc/$pid/mosix/where" "/proc/$pid/mosix/nmigs"
			"/proc/$pid/mosix/why" "/proc/$pid/mosix/stats")
	done
	files+=(/proc/mosix/vector)
	node -t 20 1 grep -s -H . "${files[@]}" >"$TMP/sample" \
		2>>"$TMP/sample.err" || true
	{
		echo "# $round $(now)"
		cat "$TMP/sample"
	} >>"$CLUSTER/samples"
	while IFS=: read -r path value; do
		pid=${path#/proc/}
		pid=${pid%%/*}
		[[ ! ${name_of[$pid]-} ]] || job_note \
			"$round ${name_of[$pid]}" "${path##*/}" "$value"
	done <"$TMP/sample"
}

jobs_sums() {
	local sums=() name
	for name in "${job_names[@]}"; do
		sums+=("/tmp/out/$name")
	done
	node -t 60 1 sha256sum "${sums[@]}" >"$TMP/$1.sums"
}

# job_same NAME: both rounds ended well and wrote the same, and something.
job_same() {
	local name=$1 round sum sums=()
	for round in stay free; do
		[[ $(job_status "$round" "$name") == 0 ]] || return 1
		sum=$(sed -n "s|  /tmp/out/$name\$||p" "$TMP/$round.sums")
		[[ ${#sum} == 64 && $sum != "$empty_sum" ]] || return 1
		sums+=("$sum")
	done
	[[ ${sums[0]} == "${sums[1]}" ]]
}

empty_sum=$(sha256sum </dev/null | cut -d' ' -f1)
