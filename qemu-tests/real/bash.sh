#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A shell and what it is made of: pipelines, substitutions, jobs, a FIFO, a
# coprocess, signals to itself. $OUT is for what is compared.
set -euo pipefail

seq 1 8000 | awk '{ print $1 * 7919 % 10007 % 499 }' | sort -n | uniq -c |
	sort -k1,1nr -k2,2n | tee all | sed -n 1,40p
md5sum <all

sum=0
for ((i = 0; i < 15000; i++)); do
	sum=$(((sum * 31 + i) % 1000003))
done
echo "sum $sum"

declare -A seen
while read -r a b; do
	seen[$((a * b % 97))]+="$a,"
done < <(paste <(seq 400) <(seq 1000 1399))
for key in "${!seen[@]}"; do
	echo "$key ${seen[$key]}"
done | sort -n | cksum

text=start
for i in {1..12}; do
	text=$(echo "$text $i" | md5sum | cut -c1-32)
done
echo "chain $text"

work() {
	local n=$1 i x=1
	for ((i = 0; i < 1500; i++)); do
		x=$(((x * 69069 + n) & 0xffffffff))
	done
	echo "job $n: $x"
}
for i in {1..6}; do
	work "$i" >"part.$i" &
done
wait
cat part.*

mkfifo pipe
seq 1 1000 >pipe &
paste -sd+ <pipe | sed 's/$/ % 1000/' | tr -d ' ' | cksum
wait $!

coproc double { while read -r x; do echo $((2 * x)); done; }
for i in 1 20 300 4000; do
	echo "$i" >&"${double[1]}"
	read -r answer <&"${double[0]}"
	echo "doubled $answer"
done
# The shell forgets the pid when it has reaped it.
pid=$double_PID
eval "exec ${double[1]}>&-"
wait "$pid"

got=0
trap 'got=$((got + 1))' USR1
for i in {1..20}; do
	kill -USR1 $$
done
echo "signals $got"
(exit 7) || echo "status $?"
(kill -TERM "$BASHPID") || echo "status $?"
cat <<END | rev >"$OUT/rev"
$(seq 1 500)
END
