#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Plots of what make bench measured as SVG: plot.py RESULTS FOLDER."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../../kernel/scripts"))
from chart import bars, chart, collect, read  # noqa: E402


def against_criu(rows):
    """In units that make the bars of one plot: ms, ms, ms, MiB."""
    names = [("freeze of", "freeze, ms", 1e3), ("ticks missed", "lost, ms", 1),
             ("time of the move", "move, ms", 1e3),
             ("bytes of the move", "sent, MiB", 1 << 20)]
    groups = {}
    for row in rows:
        for begin, what, unit in names:
            if row["row"].startswith(begin) and " CRIU's " in row["row"]:
                group = groups.setdefault(what, {})
                group["ours"] = float(row["ours"]) / unit
                method = row["row"].split("'s ")[1]
                group[f"CRIU, {method}"] = float(row["reference"]) / unit
    return groups


def main():
    rows = [r for r in read(sys.argv[1]) if r["ok"] != "skipped"]
    folder = sys.argv[2]
    chart(f"{folder}/freeze.svg", "Freeze of a process that moves",
          ("MiB", "ms"),
          collect(rows, r"freeze, (\d+) MiB, (\w+)",
                  lambda m, r: [
                      (m[2], int(m[1]), float(r["ours"]) / 1000),
                      ("15 round trips", int(m[1]),
                       float(r["reference"]) * 15 / 1000)]),
          (True, False))
    chart(f"{folder}/push.svg", "Push of a whole process", ("MiB", "MiB/s"),
          collect(rows, r"push of (\d+) MiB",
                  lambda m, r: [
                      ("ours", int(m[1]), float(r["ours"]) / 1024),
                      ("TCP stream", int(m[1]),
                       float(r["reference"]) / 1024)]),
          (True, False))
    bars(f"{folder}/criu.svg", "A move of 256 MiB", ("", ""),
         against_criu(rows))


if __name__ == "__main__":
    main()
