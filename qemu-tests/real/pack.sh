#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# tar, gzip and xz with threads, there and back.
set -euo pipefail

mkdir -p tree/{a,b}/{1,2}
for dir in tree/*/*; do
	for i in 1 2 3; do
		seq "$i" $((i + 2)) 30000 >"$dir/$i"
	done
done
find tree | sort | tar -c --no-recursion --mtime=@1000000000 --owner=0 --group=0 \
	--numeric-owner -T - -f "$OUT/tree.tar"
gzip -n -6 <"$OUT/tree.tar" >"$OUT/tree.tar.gz"
gzip -dc "$OUT/tree.tar.gz" | cmp - "$OUT/tree.tar"
xz -T4 -1 --block-size=512KiB <"$OUT/tree.tar" >"$OUT/tree.tar.xz"
xz -T4 -dc "$OUT/tree.tar.xz" | cmp - "$OUT/tree.tar"
xz -l --robot "$OUT/tree.tar.xz" | awk '$1 == "totals" { print "blocks", $3 }'
mkdir back
tar -xJf "$OUT/tree.tar.xz" -C back
diff -r tree back/tree
tar -cz --mtime=@1000000000 -C back tree/a | tar -tz | sort
