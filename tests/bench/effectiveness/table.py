"""Medians, quartiles, Mann-Whitney p and A12 of measure.py's lines against one strategy: table.py [--against genetic] FILE...

A12 (Vargha and Delaney 2000): the probability that a run of --against is better than one of the row; 0.5 = no
difference. What was never found counts as budget + 1.
"""
import argparse
import collections
import json

import numpy as np
from scipy.stats import mannwhitneyu

METRICS = {"first": -1, "joint": -1, "hv": 1, "signatures": 1, "kinds": 1}


def values(rows, metric):
    return np.array([row["budget"] + 1 if row[metric] is None else row[metric] for row in rows], float)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--against", default="genetic")
    options = parser.parse_args()
    groups = collections.defaultdict(list)
    for name in options.files:
        for line in open(name):
            row = json.loads(line)
            groups[row["model"], row["space"], row["budget"], row["strategy"]].append(row)
    print("| model, space, budget | strategy | runs | " + " | ".join(METRICS) + " | own time |")
    print("|---|---|---|" + "---|" * (len(METRICS) + 1))
    for key, rows in sorted(groups.items()):
        other = groups.get((*key[:3], options.against), [])
        cells = []
        for metric, sign in METRICS.items():
            mine = values(rows, metric)
            low, middle, high = np.percentile(mine, [25, 50, 75])
            digits = 3 if metric == "hv" else 0
            cell = f"{middle:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"
            if other and key[3] != options.against:
                theirs = values(other, metric)
                test = mannwhitneyu(sign * theirs, sign * mine)
                cell += f" p {test.pvalue:.3f} A {test.statistic / len(mine) / len(theirs):.2f}"
            cells.append(cell)
        shares = [row["own_share"] for row in rows if row["own_share"] is not None]
        own = f"{100 * np.median(shares):.0f} %" if shares else ""
        print(f"| {key[0]}, {key[1]}, {key[2]} | {key[3]} | {len(rows)} | " + " | ".join(cells) + f" | {own} |")


if __name__ == "__main__":
    main()
