#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The commonest words of C sources, and for each the one most like it.

usage: nearest.py TAR NUMBER
"""
import collections
import re
import sys
import tarfile

WORD = re.compile(rb"[A-Za-z_][A-Za-z_0-9]{3,}")


def commonest(path, number):
    """The words of all C files in a tar archive, the commonest first."""
    count = collections.Counter()
    with tarfile.open(path) as tar:
        for member in tar:
            if member.isfile() and member.name.endswith((".c", ".h")):
                count.update(WORD.findall(tar.extractfile(member).read()))
    ranked = sorted(count.items(), key=lambda item: (-item[1], item[0]))
    return [(word.decode(), n) for word, n in ranked[:number]]


def distance(a, b):
    """How many letters to add, drop or change to make b of a."""
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            step = diagonal + (letter != other)
            diagonal = row[j]
            row[j] = min(step, row[j] + 1, row[j - 1] + 1)
    return row[-1]


def main():
    words = commonest(sys.argv[1], int(sys.argv[2]))
    for word, n in words:
        near = min((distance(word, other), other)
                   for other, _ in words if other != word)
        print(n, word, *near)


main()
