# SPDX-License-Identifier: GPL-2.0-only
"""Ids of the nodes that have a bar in a screen of mosmon, one a line.

Standard input is what tmux capture-pane -e prints. A bar is reverse video above
an id; head and foot of the screen, which are reversed from their first column on,
are none.
"""
import re
import sys

AXIS, BAR = 8, 6    # as in mosmon.c


def cells(line):
    """The line's characters, each with whether it is in reverse video."""
    reverse, out = False, []
    for code, char in re.findall(r"\x1b\[([0-9;]*)m|([^\x1b])", line):
        if char:
            out.append((char, reverse))
        else:
            for one in code.split(";"):
                reverse = (one == "7") or (reverse and one not in ("", "0", "27"))
    return out


rows = [cells(line.rstrip("\n")) for line in sys.stdin]
texts = ["".join(char for char, _ in row) for row in rows]
ids = next(i for i, text in enumerate(texts)
           if re.fullmatch(r"( +\d+[LBS]?)+ *", text))
for found in re.finditer(r"\d+", texts[ids]):
    column = AXIS + (found.start() - AXIS) // BAR * BAR
    if any(len(row) > column and row[column][1] and not row[0][1]
           for row in rows[:ids]):
        print(found.group())
