# shellcheck shell=bash disable=SC2154 # variables of check.sh
# SPDX-License-Identifier: GPL-2.0-only
# What nodes say to each other about the map, on the wire and spoiled.

tools=$here/..
claim "what talks is compiled" runs 0 "${CC:-cc}" -std=gnu11 -D_GNU_SOURCE -g -O1 \
	-Wall -Wextra -Werror -fsanitize=address,undefined \
	-fno-sanitize-recover=all -pthread -o "$tmp/talks" "$here/talks.c" \
	"$tools"/{address,channel,json,map,node,primitive,roster,table,text}.c \
	"$tools/../kernel/handshake.c" -lcrypto
claim "it takes what is right, and nothing else" runs 0 "$tmp/talks" 3000 1
