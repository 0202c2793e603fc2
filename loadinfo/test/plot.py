#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Plots of results.tsv as SVG: plot.py RESULTS FOLDER."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../../kernel/scripts"))
import chart as charts  # noqa: E402
from chart import collect, read  # noqa: E402


def chart(path, *args):
    if not charts.chart(path, *args):
        sys.exit(f"{path}: no row of the table has what it shows")


def main():
    rows = read(sys.argv[1])
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
