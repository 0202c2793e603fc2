#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Both awks, and bc.
set -euo pipefail

for awk in gawk mawk; do
	seq 1 60000 | $awk '
		{ x = (x * 31 + $1) % 65521; sum[x % 101] += x; word[x % 17] = word[x % 17] $1 % 10 }
		END {
			for (i = 0; i < 101; i++)
				printf "%d %d\n", i, sum[i]
			for (i = 0; i < 17; i++)
				print length(word[i]), substr(word[i], 100, 40)
			printf "%.12f %.12f\n", sin(x), exp(x / 65521)
		}' >"$OUT/$awk"
done
cmp "$OUT/gawk" "$OUT/mawk"
gawk 'BEGIN {
	cmd = "sort -rn"
	for (i = 0; i < 3000; i++)
		print i * 7919 % 3001 | cmd
	close(cmd)
	while (("seq 100 | md5sum" | getline line) > 0)
		print line
}' >"$OUT/sorted"

echo 'scale = 300; 4 * a(1); e(1); sqrt(2)' | bc -l
bc <<'END'
define f(n) { if (n < 2) return (n); return (f(n - 1) + f(n - 2)); }
f(17)
x = 1
for (i = 1; i <= 400; i++) x *= i
x
END
