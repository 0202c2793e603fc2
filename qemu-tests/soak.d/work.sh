#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Jobs of the soak whose result is the same each time: work.sh KIND FOLDER. The result
# is in FOLDER/result. No pipelines: whatever ends in the middle is to be noticed.
set -eu

kind=$1
cd "$2"
: >result
case $kind in
sums)
	seq 1 100000 >a
	for sum in md5sum sha1sum sha256sum sha512sum; do
		"$sum" <a >>result
	done ;;
pack)
	seq 5 7 150000 >a
	gzip <a >b
	gzip -dc <b >c
	cmp a c
	bzip2 <a >d
	bzip2 -dc <d >e
	cmp a e
	md5sum <e >>result ;;
sort)
	seq 1 20000 >a
	awk '{ print $1 * 7919 % 20011, $1 }' <a >b
	sort -n <b >c
	uniq <c >d
	tail -n 50 <d >>result
	md5sum <d >>result ;;
awk)
	awk 'BEGIN {
		for (i = 1; i <= 200000; i++) {
			x = (x * 31 + i) % 65521
			sum[x % 101] += x
		}
		for (i = 0; i < 101; i++)
			printf "%d %d %.9f\n", i, sum[i], sum[i] / 7
	}' >>result ;;
shell)
	i=0 n=27 steps=0
	while [ $i -lt 300 ]; do
		n=$((i + 27))
		while [ $n -ne 1 ]; do
			if [ $((n % 2)) -eq 0 ]; then
				n=$((n / 2))
			else
				n=$((3 * n + 1))
			fi
			steps=$((steps + 1))
		done
		echo "$i $steps" >>result
		i=$((i + 1))
	done ;;
children)
	i=0
	while [ $i -lt 12 ]; do
		seq "$i" 3 2000 >"part$i"
		wc -l "part$i" >>result
		head -n 3 "part$i" >>result
		i=$((i + 1))
	done ;;
*)
	exit 2 ;;
esac
