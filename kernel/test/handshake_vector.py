#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The handshake once more, straight from the specification of Noise and the
RFCs of its primitives, sharing nothing with handshake.c: prints
handshake_vector.h. Slow and not constant in time: for made up keys only."""
import hashlib
import hmac
import struct

P = 2**255 - 19


def x25519(secret, point):
    """RFC 7748, section 5."""
    k = int.from_bytes(secret, "little")
    k = k & ~7 & ~(1 << 255) | 1 << 254
    x1 = int.from_bytes(point, "little") & ((1 << 255) - 1)
    x2, z2, x3, z3, swap = 1, 0, x1, 1, 0
    for t in range(254, -1, -1):
        bit = k >> t & 1
        if swap ^ bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        da, cb = d * a % P, c * b % P
        x3, z3 = (da + cb) ** 2 % P, x1 * (da - cb) ** 2 % P
        aa, bb = a * a % P, b * b % P
        e = aa - bb
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


def chacha_block(key, counter, nonce):
    """RFC 8439, section 2.3."""
    def rotate(v, n):
        return (v << n | v >> (32 - n)) & 0xffffffff

    def quarter(a, b, c, d):
        for x, y, z, n in ((a, b, d, 16), (c, d, b, 12),
                           (a, b, d, 8), (c, d, b, 7)):
            s[x] = (s[x] + s[y]) & 0xffffffff
            s[z] = rotate(s[z] ^ s[x], n)

    start = list(struct.unpack("<4I", b"expand 32-byte k")) + \
        list(struct.unpack("<8I", key)) + [counter] + \
        list(struct.unpack("<3I", nonce))
    s = start[:]
    for _ in range(10):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return struct.pack("<16I", *((a + b) & 0xffffffff
                                 for a, b in zip(s, start)))


def seal(key, n, ad, text):
    """RFC 8439, section 2.8, with the nonce of Noise."""
    nonce = bytes(4) + struct.pack("<Q", n)
    out = b""
    for i in range(0, len(text), 64):
        block = chacha_block(key, 1 + i // 64, nonce)
        out += bytes(a ^ b for a, b in zip(text[i:i + 64], block))

    def padded(x):
        return x + bytes(-len(x) % 16)

    one_time = chacha_block(key, 0, nonce)
    r = int.from_bytes(one_time[:16], "little") & \
        0x0ffffffc0ffffffc0ffffffc0fffffff
    s = int.from_bytes(one_time[16:32], "little")
    acc = 0
    whole = padded(ad) + padded(out) + struct.pack("<QQ", len(ad), len(out))
    for i in range(0, len(whole), 16):
        acc = (acc + int.from_bytes(whole[i:i + 16] + b"\1", "little")) * \
            r % (2**130 - 5)
    return out + ((acc + s) % 2**128).to_bytes(16, "little")


def blake(data):
    return hashlib.blake2s(data).digest()


def mac(key, data):
    return hmac.new(key, data, hashlib.blake2s).digest()


class Noise:
    """Sections 5.1 and 5.2 of the specification: one view of both ends."""

    def __init__(self, name, prologue):
        self.h = name + bytes(32 - len(name)) if len(name) <= 32 \
            else blake(name)
        self.ck = self.h
        self.k, self.n = None, 0
        self.mix_hash(prologue)

    def mix_hash(self, data):
        self.h = blake(self.h + data)

    def outputs(self, ikm, count):
        temp, last, out = mac(self.ck, ikm), b"", []
        for i in range(count):
            last = mac(temp, last + bytes([i + 1]))
            out.append(last)
        return out

    def mix_key(self, ikm):
        self.ck, self.k = self.outputs(ikm, 2)
        self.n = 0

    def mix_key_and_hash(self, ikm):
        self.ck, temp, k = self.outputs(ikm, 3)
        self.mix_hash(temp)
        self.k, self.n = k, 0

    def encrypt(self, text):
        out = seal(self.k, self.n, self.h, text)
        self.n += 1
        self.mix_hash(out)
        return out


def made_up(label):
    return hashlib.sha256(b"mosix " + label).digest()


def main():
    base = bytes([9]) + bytes(31)
    psk, random = made_up(b"psk"), made_up(b"random")
    filler = made_up(b"filler")[:16]
    si, sr = made_up(b"static i"), made_up(b"static r")
    ei, er = made_up(b"ephemeral i"), made_up(b"ephemeral r")

    challenge = bytes([1, 1, 0, 0]) + random + mac(psk, random)[:16] + filler
    clear = bytes([2, 1, 0, 0]) + struct.pack("<HHB3x", 513, 7, 0)
    noise = Noise(b"Noise_XXpsk0_25519_ChaChaPoly_BLAKE2s",
                  challenge + clear)
    # -> psk, e
    noise.mix_key_and_hash(psk)
    e1 = x25519(ei, base)
    noise.mix_hash(e1)
    noise.mix_key(e1)
    opening = clear + e1 + noise.encrypt(b"")
    # <- e, ee, s, es
    e2 = x25519(er, base)
    noise.mix_hash(e2)
    noise.mix_key(e2)
    noise.mix_key(x25519(ei, e2))
    fixed = noise.encrypt(x25519(sr, base))
    noise.mix_key(x25519(ei, x25519(sr, base)))
    answer = bytes([3, 1, 0, 0]) + e2 + fixed + noise.encrypt(b"")
    # -> s, se
    fixed = noise.encrypt(x25519(si, base))
    noise.mix_key(x25519(si, e2))
    finish = bytes([4, 1, 0, 0]) + fixed + noise.encrypt(b"")
    out = noise.outputs(b"", 3)

    print("/* SPDX-License-Identifier: GPL-2.0-only */")
    print("/* Printed by kernel/test/handshake_vector.py. */")
    print("#ifndef MOSIX_HANDSHAKE_VECTOR_H")
    print("#define MOSIX_HANDSHAKE_VECTOR_H\n")
    print('#include "pure.h"')
    for name, value in (
            ("psk", psk), ("random", random + filler),
            ("secret_i", si), ("secret_r", sr),
            ("ephemeral_i", ei), ("ephemeral_r", er),
            ("challenge", challenge), ("open", opening),
            ("answer", answer), ("finish", finish),
            ("key_i", out[0]), ("key_r", out[1]),
            ("iv_i", out[2][:12]), ("iv_r", out[2][12:24])):
        print(f"\nstatic const u8 hs_vector_{name}[] = {{")
        for i in range(0, len(value), 8):
            print("\t" + " ".join(f"0x{b:02x}," for b in value[i:i + 8]))
        print("};")
    print("\n#endif /* MOSIX_HANDSHAKE_VECTOR_H */")


main()
