#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# curl, from a server at home ($SERVER, of the test): whole files, parts, many at
# once, what is not there.
set -euo pipefail

url=http://$SERVER
curl -sS -o big "$url/big"
cksum <big
for range in 0-99 1000-70000 1988800-; do
	curl -sS -r "$range" "$url/big" | cksum
done
curl -sS --parallel --parallel-max 4 --remote-name-all \
	"$url/small.[1-12]" 2>progress
cksum small.*
curl -sS "$url/small.[1-12]" | cksum
curl -sS -o none -w '%{http_code}\n' "$url/nothing"
curl -sS -f "$url/nothing" || echo "status $?"
curl -sS --limit-rate 400k -o slow "$url/middle"
cksum <slow
for i in {1..10}; do
	curl -sS -w ' %{http_code} %{size_download}\n' -o /dev/null "$url/small.$i"
done
