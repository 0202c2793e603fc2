# SPDX-License-Identifier: GPL-2.0-only
"""Plots of a results.tsv as SVG, by the standard library alone."""

import csv
import math
import re

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


def frame(title, names, y):
    """What every plot begins with; names: of the axes."""
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
           f'height="{HEIGHT}" font-family="sans-serif" font-size="12">',
           '<rect width="100%" height="100%" fill="white"/>',
           f'<text x="{LEFT}" y="20" font-size="15">{title}</text>',
           f'<text x="{LEFT}" y="{HEIGHT - 8}">{names[0]}</text>',
           f'<text x="4" y="{TOP - 8}">{names[1]}</text>']
    return out, [
        f'<path d="M{LEFT} {y.pixel(tick):.1f}H{WIDTH - RIGHT}" '
        'stroke="#ddd"/>'
        f'<text x="{LEFT - 6}" y="{y.pixel(tick) + 4:.0f}" '
        f'text-anchor="end">{tick:.3g}</text>' for tick in y.ticks()]


def legend(i, name):
    return (f'<text x="{WIDTH - RIGHT + 10}" y="{TOP + 18 * i + 10}" '
            f'fill="{COLOURS[i % len(COLOURS)]}">{name}</text>')


def write(path, out):
    with open(path, "w", encoding="utf-8") as svg:
        svg.write("\n".join(out + ["</svg>"]) + "\n")


def chart(path, title, names, series, log):
    """series: name -> list of (x, y); names: of the axes; log: of both.

    False: there is nothing to be drawn.
    """
    points = [p for line in series.values() for p in line]
    if not points:
        return False
    x = Axis([p[0] for p in points], LEFT, WIDTH - RIGHT, log[0])
    y = Axis([p[1] for p in points], HEIGHT - BOTTOM, TOP, log[1])
    out, lines = frame(title, names, y)
    for tick in x.ticks():
        out.append(f'<text x="{x.pixel(tick):.0f}" y="{HEIGHT - BOTTOM + 18}" '
                   f'text-anchor="middle">{tick:.3g}</text>')
    out += lines
    for i, (name, line) in enumerate(series.items()):
        way = " ".join(f"{x.pixel(a):.1f},{y.pixel(b):.1f}"
                       for a, b in sorted(line))
        out.append(f'<polyline points="{way}" fill="none" '
                   f'stroke="{COLOURS[i % len(COLOURS)]}" stroke-width="2"/>'
                   + legend(i, name))
    write(path, out)
    return True


def bars(path, title, names, groups):
    """groups: what is measured -> {who: value}; a logarithmic height."""
    who = list(dict.fromkeys(w for group in groups.values() for w in group))
    values = [v for group in groups.values() for v in group.values() if v > 0]
    if not values:
        return
    # A bar needs some height at the least value, too.
    y = Axis([min(values) / 2, max(values)], HEIGHT - BOTTOM, TOP, True)
    out, lines = frame(title, names, y)
    out += lines
    span = (WIDTH - RIGHT - LEFT) / len(groups)
    width = span * 0.8 / len(who)
    for g, (what, group) in enumerate(groups.items()):
        left = LEFT + span * (g + 0.1)
        out.append(f'<text x="{left:.0f}" y="{HEIGHT - BOTTOM + 18}">{what}'
                   '</text>')
        for name, value in group.items():
            if value <= 0:
                continue
            i = who.index(name)
            top = y.pixel(value)
            out.append(f'<rect x="{left + i * width:.1f}" y="{top:.1f}" '
                       f'width="{width * 0.9:.1f}" '
                       f'height="{HEIGHT - BOTTOM - top:.1f}" '
                       f'fill="{COLOURS[i % len(COLOURS)]}"/>')
    out += [legend(i, name) for i, name in enumerate(who)]
    write(path, out)


def read(path):
    with open(path, encoding="utf-8") as table:
        return list(csv.DictReader(table, delimiter="\t"))


def collect(rows, pattern, use):
    """Rows that match: use(match, row) gives (series, x, y) triples."""
    series = {}
    for row in rows:
        match = re.fullmatch(pattern, row["row"])
        if match:
            for name, x, y in use(match, row):
                series.setdefault(name, []).append((x, y))
    return series
