#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""guide.py FILE...: what a reader would type, one a line: KIND, a tab, TEXT.

KIND is map, key, nft or command for literal blocks, of which each must be one of
them, and inline for what stands in a sentence.
"""
import re
import sys

WORDS = ("mos[a-z]+ |mosmon$|mostop$|mosps$|migrate |systemctl |make |apt |"
         "scp |cat |head |umask |criu |crit ")


def indent(line):
    """How far in a line begins, in columns."""
    line = line.expandtabs()
    return len(line) - len(line.lstrip())


def blocks(text):
    """Split text into prose and the literal blocks behind a double colon."""
    prose, found, lines = [], [], text.split("\n")
    i = 0
    while i < len(lines):
        prose.append(lines[i])
        i += 1
        if not prose[-1].rstrip().endswith("::"):
            continue
        while not lines[i].strip():
            i += 1
        least, block = indent(lines[i]), []
        while i < len(lines) and (not lines[i].strip() or
                                  indent(lines[i]) >= least):
            block.append(lines[i].strip())
            i += 1
        found.append([line for line in block if line])
    return "\n".join(prose), found


def kind_of(block):
    """What a block is for, by its first line."""
    if block[0].startswith("node 64-HEX"):
        return "key"
    if re.match(r"(self|node|\d+) ", block[0]):
        return "map"
    if block[0].startswith("table "):
        return "nft"
    return "command"


for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as file:
        rest, literal = blocks(file.read())
    for one in literal:
        what = kind_of(one)
        if what == "command":
            text = "\n".join(one).replace("\\\n", "")
            for line in text.split("\n"):
                print(what, line, sep="\t")
        else:
            print(what, "\\n".join(one), sep="\t")
    for word in re.findall(r"``([^`]+)``", rest):
        word = " ".join(word.split())
        if re.match(WORDS, word):
            print("inline", word, sep="\t")
