#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""probe.py KEY FROM [OPTION=VALUE...]: questions of who looks for a node, made anew
from Documentation/protocol.rst, and what comes back within a second of the last one.

Prints a line for each answer: its size, hop limit and address, and the word "right" if
its tag is. FROM is the own address. Options:

    ttl=255      hop limit
    to=224.0.0.1 where to
    times=1      the same question so often
    fresh=0      so many more, each a new one
    flip=-1      a bit of this byte is another one; all: once for each byte
    cut=72       size, zeros behind what there is
    kind=1       what it says that it is
"""
import hashlib
import hmac
import os
import socket
import struct
import sys
import time

MAGIC, SIZE = b"mosix?1", 72
IP_RECVTTL = 12		# of <linux/in.h>
asked = {"ttl": "255", "to": "224.0.0.1", "times": "1", "fresh": "0", "flip": "-1",
         "cut": "72", "kind": "1"}
asked.update(word.split("=") for word in sys.argv[3:])
key = hmac.new(bytes.fromhex(sys.argv[1]), b"mosix discover key 1",
               hashlib.blake2s).digest()
source = sys.argv[2]
nonces = set()


def tag_of(body):
    """What stands behind all else."""
    return hmac.new(key, body, hashlib.sha256).digest()


def question():
    """One that nobody has asked before."""
    nonces.add(nonce := os.urandom(16))
    body = MAGIC + bytes([int(asked["kind"])]) + nonce + bytes(16)
    return body + tag_of(body)


def spoiled(text, at):
    """With one bit of that byte another."""
    return text[:at] + bytes([text[at] ^ 1]) + text[at + 1:] if at >= 0 else text


def questions():
    """All that are to be asked."""
    for _ in range(int(asked["fresh"])):
        yield question()
    if asked["flip"] == "all":
        for at in range(SIZE):
            yield spoiled(question(), at)
        return
    text = spoiled(question(), int(asked["flip"]))
    text = (text + bytes(SIZE))[:int(asked["cut"])]
    for _ in range(int(asked["times"])):
        yield text


def describe(text, hops, sender):
    """An answer, as a line."""
    right = (text[:8] == MAGIC + b"\2" and text[8:24] in nonces and
             text[40:] == tag_of(text[:40]))
    address = text[24:40]
    if address[:12] == bytes(10) + b"\xff\xff":
        where = socket.inet_ntop(socket.AF_INET, address[12:])
    else:
        where = socket.inet_ntop(socket.AF_INET6, address)
    return f"{len(text)} {hops} {where} {sender[1]} {'right' if right else 'wrong'}"


with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
    end.bind((source, 0))
    end.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, int(asked["ttl"]))
    end.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, int(asked["ttl"]))
    end.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
    end.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                   socket.inet_aton(source))
    for one in questions():
        end.sendto(one, (asked["to"], 7237))
        if asked["flip"] == "all":
            time.sleep(0.02)
    until = time.monotonic() + 1
    while (left := until - time.monotonic()) > 0:
        end.settimeout(left)
        try:
            data, extra, _, peer = end.recvmsg(2048, 512)
        except socket.timeout:
            break
        ttl = [struct.unpack("i", value)[0] for level, kind, value in extra
               if (level, kind) == (socket.IPPROTO_IP, socket.IP_TTL)]
        print(describe(data, ttl[0], peer))
