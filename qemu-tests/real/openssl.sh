#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Digests, ciphers, and numbers that are known.
set -euo pipefail

key=000102030405060708090a0b0c0d0e0f
head -c 1500000 /dev/zero | openssl enc -aes-128-ctr -K $key -iv $key >bytes
for digest in sha256 sha512 sha3-256 blake2b512 md5; do
	openssl dgst -r -$digest bytes
done
openssl enc -aes-256-cbc -pbkdf2 -iter 5000 -S 6d6f7369782e6c62 -pass pass:real \
	-in bytes -out "$OUT/sealed"
openssl enc -d -aes-256-cbc -pbkdf2 -iter 5000 -S 6d6f7369782e6c62 \
	-pass pass:real -in "$OUT/sealed" | cmp - bytes
openssl enc -chacha20 -K $key$key -iv $key -in bytes | openssl dgst -r -sha1
openssl prime -hex FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD1
openssl prime 170141183460469231731687303715884105727 618970019642690137449562111
# A signature that it has made it must also take; no two are alike.
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:768 -quiet -out key.pem
openssl pkey -in key.pem -pubout -out pub.pem
openssl dgst -sha256 -sign key.pem -out signature bytes
openssl dgst -sha256 -verify pub.pem -signature signature bytes
openssl base64 -in bytes | cksum
