#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Plots of results.tsv as SVG: plot.py RESULTS FOLDER."""

import csv
import math
import os
import re
import sys

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 440, 70, 190, 40, 50
COLOURS = ["#c00", "#06c", "#080", "#a60", "#606", "#088", "#888", "#e70",
           "#333", "#b0a"]


class Axis:
    """Values of one axis on a stretch of pixels; logarithmic if wanted."""

    def __init__(self, values, begin, end, log):
        self.log, self.begin, self.end = log, begin, end
        self.low = self.scale(min(values))
        self.high = self.scale(max(values))
        if self.low == self.high:
            self.high += 1

    def scale(self, value):
        return math.log10(value) if self.log else value

    def pixel(self, value):
        part = (self.scale(value) - self.low) / (self.high - self.low)
        return self.begin + part * (self.end - self.begin)

    def ticks(self):
        step = (self.high - self.low) / 5
        values = [self.low + i * step for i in range(6)]
        return [10 ** v if self.log else v for v in values]


def chart(path, title, names, series, log):
    """series: name -> list of (x, y); names: of the axes; log: of both."""
    points = [p for line in series.values() for p in line]
    if not points:
        sys.exit(f"{path}: no row of the table has what it shows")
    x = Axis([p[0] for p in points], LEFT, WIDTH - RIGHT, log[0])
    y = Axis([p[1] for p in points], HEIGHT - BOTTOM, TOP, log[1])
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
           f'height="{HEIGHT}" font-family="sans-serif" font-size="12">',
           '<rect width="100%" height="100%" fill="white"/>',
           f'<text x="{LEFT}" y="20" font-size="15">{title}</text>',
           f'<text x="{LEFT}" y="{HEIGHT - 8}">{names[0]}</text>',
           f'<text x="4" y="{TOP - 8}">{names[1]}</text>']
    for tick in x.ticks():
        out.append(f'<text x="{x.pixel(tick):.0f}" y="{HEIGHT - BOTTOM + 18}" '
                   f'text-anchor="middle">{tick:.3g}</text>')
    for tick in y.ticks():
        out.append(f'<path d="M{LEFT} {y.pixel(tick):.1f}H{WIDTH - RIGHT}" '
                   'stroke="#ddd"/>'
                   f'<text x="{LEFT - 6}" y="{y.pixel(tick) + 4:.0f}" '
                   f'text-anchor="end">{tick:.3g}</text>')
    for i, (name, line) in enumerate(series.items()):
        colour = COLOURS[i % len(COLOURS)]
        way = " ".join(f"{x.pixel(a):.1f},{y.pixel(b):.1f}"
                       for a, b in sorted(line))
        out.append(f'<polyline points="{way}" fill="none" stroke="{colour}" '
                   'stroke-width="2"/>'
                   f'<text x="{WIDTH - RIGHT + 10}" y="{TOP + 18 * i + 10}" '
                   f'fill="{colour}">{name}</text>')
    out.append("</svg>")
    with open(path, "w", encoding="utf-8") as svg:
        svg.write("\n".join(out) + "\n")


def collect(rows, pattern, use):
    """Rows that match: use(match, row) gives (series, x, y) triples."""
    series = {}
    for row in rows:
        match = re.fullmatch(pattern, row["row"])
        if match:
            for name, x, y in use(match, row):
                series.setdefault(name, []).append((x, y))
    return series


def main():
    with open(sys.argv[1], encoding="utf-8") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    folder = sys.argv[2]
    os.makedirs(folder, exist_ok=True)
    chart(f"{folder}/age.svg", "Mean age of news", ("nodes", "periods"),
          collect(rows, r"mean age, (\d+) nodes, (\d+) entries",
                  lambda m, r: [
                      (f"{m[2]} entries", int(m[1]), float(r["ours"])),
                      (f"{m[2]}, formula", int(m[1]), float(r["reference"]))]),
          (True, True))
    chart(f"{folder}/slowdown.svg",
          "Mean slowdown of heavy-tailed jobs, moves of 300 ms",
          ("load", "slowdown"),
          collect(rows, r"load ([\d.]+), moves of 300 ms, against (.*)",
                  lambda m, r: [
                      ("ours", float(m[1]), float(r["ours"])),
                      (m[2], float(m[1]), float(r["reference"]))]),
          (False, True))
    chart(f"{folder}/makespan.svg", "Makespan by the optimum",
          ("nodes", "ratio"),
          collect(rows, r"makespan on (\d+) nodes, (.*)",
                  lambda m, r: [(m[2].replace(", unequal nodes", ", unequal"),
                                 int(m[1]), float(r["ratio"]))]),
          (True, False))
    chart(f"{folder}/herd.svg", "Herd: slowdown with old news by fresh ones",
          ("age of news, s", "ratio"),
          collect(rows, r"herd(.*): news up to (\d+) s old against fresh",
                  lambda m, r: [("ours" + m[1], int(m[2]),
                                 float(r["ratio"])),
                                ("bound", int(m[2]), 1.3)]),
          (False, False))
    chart(f"{folder}/flood.svg", "Flood: an idle node joins loaded ones",
          ("nodes", "most jobs on it"),
          collect(rows, r"flood: most jobs of one that joins (\d+)",
                  lambda m, r: [("ours", int(m[1]), float(r["ours"])),
                                ("bound", int(m[1]), float(r["reference"]))]),
          (True, False))


if __name__ == "__main__":
    main()
