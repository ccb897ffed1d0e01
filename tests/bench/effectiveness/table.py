"""Medians, quartiles, Mann-Whitney p and A12 of measure.py's lines against one strategy: table.py [--against genetic] FILE...

A table per model, space and budget, the largest hypervolume first. A12 (Vargha and Delaney 2000): the probability that a
run of --against is better than one of the row; 0.5 = no difference. What was never found counts as budget + 1.
"""
import argparse
import collections
import json

import numpy as np
from scipy.stats import mannwhitneyu

METRICS = {"first": -1, "joint": -1, "hv": 1, "signatures": 1, "two_sided": 1, "robust": -1}
TITLES = ("| strategy | runs | first | first that needs both | hypervolume | signatures | of both sides | robust accuracy | own time |\n"
          + "|---" * 9 + "|")


def values(rows, metric):
    return np.array([row["budget"] + 1 if row[metric] is None else row[metric] for row in rows], float)


def shown(value, metric, budget):
    if metric == "hv":
        return f"{value:.3f}"
    if metric == "robust":
        return f"{100 * value:.1f} %"
    return "never" if metric in ("first", "joint") and value > budget else f"{value:,.0f}"


def cell(rows, other, metric, sign):
    mine, budget = values(rows, metric), rows[0]["budget"]
    low, middle, high = (shown(q, metric, budget) for q in np.percentile(mine, [25, 50, 75]))
    text = middle if low == high else f"{middle} [{low}, {high}]"
    if other and other is not rows:
        theirs = values(other, metric)
        test = mannwhitneyu(sign * theirs, sign * mine)
        text += f"; p {test.pvalue:.3f}, A {test.statistic / len(mine) / len(theirs):.2f}"
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--against", default="genetic")
    options = parser.parse_args()
    tables = collections.defaultdict(lambda: collections.defaultdict(list))
    for name in options.files:
        for line in open(name):
            row = json.loads(line)
            tables[row["model"], row["space"], row["budget"]][row["strategy"]].append(row)
    for (model, space, budget), groups in sorted(tables.items()):
        print(f"\n**{model}, {space}, {budget:,}**\n\n{TITLES}")
        order = sorted(groups, key=lambda s: (s != options.against, -np.median(values(groups[s], "hv"))))
        for strategy in order:
            rows = groups[strategy]
            cells = [cell(rows, groups.get(options.against), metric, sign) for metric, sign in METRICS.items()]
            own = np.median([row["own_share"] for row in rows])
            print(f"| {strategy} | {len(rows)} | " + " | ".join(cells) + f" | {100 * own:.1f} % |")


if __name__ == "__main__":
    main()
