#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""corpus.py pack FOLDER | unpack FOLDER: inputs as text, one a line, in hex;
bytes that repeat are written once with how often: 00*4096. Text goes to standard
output and comes from standard input; shorter inputs first."""
import pathlib
import re
import sys

RUN = re.compile(rb"(.)\1{7,}", re.DOTALL)


def to_text(data):
    words, at = [], 0
    for run in RUN.finditer(data):
        words.append(data[at:run.start()].hex())
        words.append(f"{run[1].hex()}*{len(run[0])}")
        at = run.end()
    words.append(data[at:].hex())
    return " ".join(w for w in words if w)


def to_data(text):
    data = b""
    for word in text.split():
        byte, star, times = word.partition("*")
        data += bytes.fromhex(byte) * (int(times) if star else 1)
    return data


def main():
    verb, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    if verb == "pack":
        inputs = {f.read_bytes() for f in folder.iterdir()}
        for data in sorted(inputs, key=lambda d: (len(d), d)):
            print(to_text(data))
    elif verb == "unpack":
        folder.mkdir(parents=True, exist_ok=True)
        for i, line in enumerate(sys.stdin):
            (folder / f"{i:04}").write_bytes(to_data(line))
    else:
        sys.exit(f"no such verb: {verb}")


main()
