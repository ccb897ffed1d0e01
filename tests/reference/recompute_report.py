#!/usr/bin/env python3
"""Every decision of a search, made again from its report.json alone, with SciPy: no code of robustcheck, no image.

    build/venv-reference/bin/python tests/reference/recompute_report.py RUN/report.json...

Prints a line per value that differs (its path in the file, what stands there, what it should be), then how many were
recomputed. Exit 1 where one differs, 2 where a number is missing (a report of an older version). It works on a report
of `search` in any state: complete or cut short, of a file of candidates, with a baseline. A report does not hold the
outcomes of data alone and of configuration alone: of an attribution it is checked that some outcomes with these rates
give its p-value and its interval. Nor does it hold the weights of what was explained without a test: they must be able
to make the mean 1.
"""

import json
import math
import sys
from types import SimpleNamespace

import numpy as np
from scipy.stats import beta, binom, norm

DISCOVERY_RATE = 0.05  # of needs_both and of the comparison; that of the tests stands in the report
POWER = 0.8
KEPT = 0.8  # share of the failures that a minimised variance keeps
UNLIKELY = 0.25  # before scaling, a weight is 1 or this: confirm_phase.cpp
NO_INTERACTION = "no interaction beyond chance"


class Checks:
    """What was compared so far."""

    def __init__(self):
        self.count, self.lines = 0, []

    def holds(self, path, found, condition, expected):
        self.count += 1
        if not condition:
            self.lines.append(f"{path}: found {found}, expected {expected}")

    def same(self, path, found, expected, relative=0.0, absolute=1e-12):
        self.holds(path, found, close(found, expected, relative, absolute), expected)

    def small(self, path, found, expected):
        """A p-value: to nine digits, however small."""
        self.same(path, found, expected, relative=1e-9, absolute=1e-300)

    def interval(self, path, found, expected, absolute=1e-9):
        for end in range(2):
            self.same(f"{path}/{end}", found[end], expected[end], absolute=absolute)

    def whole(self, path, found, number):
        """`found` times something is a number of images."""
        self.holds(path, found, abs(number - round(number)) < 1e-6, f"a whole number of images, not {number}")


def close(found, expected, relative, absolute):
    if any(isinstance(value, (bool, str, type(None))) for value in (found, expected)):
        return found == expected and type(found) is type(expected)
    return math.isclose(found, expected, rel_tol=relative, abs_tol=absolute)


# Statistics

def binomial_p(failures, images, limit):
    """P(as many failures or more), were the rate the limit."""
    return float(binom.sf(failures - 1, images, limit))


def mcnemar_p(one, other):
    """Two-sided and exact, from the images that changed."""
    return min(1.0, 2 * float(binom.sf(max(one, other) - 1, one + other, 0.5)))


def wilson(successes, total, level=0.95):
    if total == 0:
        return 0.0, 0.0
    z, p = float(norm.isf((1 - level) / 2)), successes / total
    centre = (p + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(p * (1 - p) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return max(0.0, centre - half), min(1.0, centre + half)


def newcombe(both, first_only, second_only, total):
    """Interval of a difference of paired proportions: Newcombe 1998, method 10."""
    neither = total - both - first_only - second_only
    first, second = both + first_only, both + second_only
    (l1, u1), (l2, u2) = wilson(first, total), wilson(second, total)
    p1, p2 = first / total, second / total
    phi, product = 0.0, first * (total - first) * second * (total - second)
    if product > 0:
        numerator = both * neither - first_only * second_only
        phi = (max(numerator - total / 2, 0) if numerator > 0 else numerator) / math.sqrt(product)
    low = math.sqrt(max(0, (p1 - l1) ** 2 - 2 * phi * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2))
    high = math.sqrt(max(0, (u1 - p1) ** 2 - 2 * phi * (u1 - p1) * (p2 - l2) + (p2 - l2) ** 2))
    return max(-1.0, p1 - p2 - low), min(1.0, p1 - p2 + high)


def benjamini_hochberg(p_values, level, family=None):
    """Which are rejected; the rest of the family counts with p = 1."""
    family = family or len(p_values)
    steps = [p for i, p in enumerate(sorted(p_values)) if p <= level * (i + 1) / family]
    return [bool(steps) and p <= steps[-1] for p in p_values]


def detectable_rate(images, limit, level):
    """The rate that shows as many failures as the test wants with probability POWER."""
    passing = np.flatnonzero(binom.sf(np.arange(images + 1) - 1, images, limit) <= level)
    if images == 0 or len(passing) == 0:
        return None
    count = int(passing[0])
    return float(beta.ppf(POWER, count, images - count + 1)) if count else 0.0


# What the report says was tested

def one_is_enough(row):
    return row["oracle"] in ("numeric", "crash")


def two_sided(variance):
    return bool(variance.get("data")) and bool(variance.get("config"))


def genes(variance):
    return len({step["transform"] for step in variance.get("data", [])}) + len(variance.get("config", {}))


def tested_rows(report):
    """Counterexamples and tested kinds, as one list."""
    rows = []
    for i, row in enumerate(report["counterexamples"]):
        letters = row["outcomes"]
        rows.append(SimpleNamespace(path=f"/counterexamples/{i}", row=row, status="confirmed",
                                    failures=letters.count("1"), images=letters.count("0") + letters.count("1")))
    for i, row in enumerate(report["kinds"]):
        if "tested_images" in row:
            rows.append(SimpleNamespace(path=f"/kinds/{i}", row=row, status=row["status"], failures=row["failures"],
                                        images=row["tested_images"]))
    for one in rows:
        one.p = binomial_p(one.failures, one.images, report["space"]["failure_limit"])
    return rows


def by_test(rows):
    return [one for one in rows if not one_is_enough(one.row)]


def untested(report, *statuses):
    return [row for row in report["kinds"] if row["status"] in statuses and "tested_images" not in row]


def stopped_level(k, level):
    return level / (k * (k + 1))


def passes(report, rows):
    """Path -> whether the test confirms it."""
    confirmation, rows = report["confirmation"], by_test(rows)
    level = confirmation["level"]
    if confirmation["rule"] == "stopped":
        return {one.path: one.p <= stopped_level(max(one.row["test"], 1), level) for one in rows}
    weighted = [one.p / one.row["weight"] if one.row["weight"] > 0 else math.inf for one in rows]
    return dict(zip((one.path for one in rows), benjamini_hochberg(weighted, level, confirmation["family"])))


def interval_level(report, rows):
    confirmed = sum(one.status == "confirmed" for one in by_test(rows))
    confirmation = report["confirmation"]
    return 1 - confirmation["level"] * max(confirmed, 1) / max(confirmation["family"], 1)


# The checks, a function for each part of the report

def check_tests(report, rows, checks):
    """Rates and p-values, from the outcomes."""
    for one in rows:
        checks.small(one.path + "/p_value", one.row["p_value"], one.p)
        if one.path.startswith("/counterexamples"):
            checks.same(one.path + "/images", one.row["images"], one.images)
            checks.same(one.path + "/failure_rate", one.row["failure_rate"], one.failures / one.images)
        elif "outcomes" in one.row:
            letters = one.row["outcomes"]
            checks.same(one.path + "/failures", one.failures, letters.count("1"))
            checks.same(one.path + "/tested_images", one.images, letters.count("0") + letters.count("1"))
    for i, row in enumerate(report["kinds"]):
        checks.holds(f"/kinds/{i}/outcomes", "outcomes" in row, ("outcomes" in row) == (row["status"] == "confirmed"),
                     "outcomes of what is confirmed, and of nothing else")
        if row["images"]:
            checks.whole(f"/kinds/{i}/failure_rate", row["failure_rate"], row["failure_rate"] * row["images"])


def check_intervals(report, rows, checks):
    level = interval_level(report, rows)
    checks.same("/confirmation/interval_level", report["confirmation"]["interval_level"], level)
    for one in rows:
        if not one.path.startswith("/counterexamples"):
            continue
        one.ci95 = wilson(one.failures, one.images, 0.95 if one_is_enough(one.row) else level)
        checks.interval(one.path + "/ci95", one.row["ci95"], one.ci95)


def check_decision(report, rows, checks):
    """What passes is confirmed, unless its own minimised form explains it; what does not is unconfirmed."""
    verdicts = passes(report, rows)
    for one in by_test(rows):
        passed = verdicts[one.path]
        path = one.path + ("/status" if one.path.startswith("/kinds") else "")
        wanted = ("confirmed", "explained") if passed else ("unconfirmed",)
        checks.holds(path, one.status, one.status in wanted, " or ".join(wanted))
    confirmed = {one.row["signature"] for one in rows if verdicts.get(one.path, one.status == "confirmed")}
    for i, row in enumerate(report["kinds"]):
        explainer = row["explained_by"]
        if row["status"] == "explained":
            checks.holds(f"/kinds/{i}/explained_by", explainer, explainer in confirmed, "the signature of a confirmed row")
        else:
            checks.same(f"/kinds/{i}/explained_by", explainer, None)


def check_family(report, rows, checks):
    """Tested, or explained by something tested; of what is neither tested nor explained the file does not say it."""
    confirmation = report["confirmation"]
    least = len(by_test(rows)) + sum(not one_is_enough(row) for row in untested(report, "explained"))
    most = least + sum(not one_is_enough(row) for row in untested(report, "not_tested"))
    family = confirmation["family"]
    checks.holds("/confirmation/family", family, least <= family <= most, f"{least} to {most}")
    checks.same("/confirmation/tests", confirmation["tests"], len(by_test(rows)))
    numbers = sorted(one.row["test"] for one in by_test(rows))
    for one in rows:
        test = one.row["test"]
        good = test == 0 if one_is_enough(one.row) else 1 <= test <= len(numbers) and numbers.count(test) == 1
        checks.holds(one.path + "/test", test, good, "each of 1 to the number of tests, once; 0 without a test")
    unconfirmed = [one.images for one in by_test(rows) if one.status == "unconfirmed"]
    images, largest = confirmation["images"], max((one.images for one in rows), default=0)
    good = images == min(unconfirmed) if unconfirmed else largest <= images <= report["space"]["confirmation_images"]
    checks.holds("/confirmation/images", images, good, f"the fewest of unconfirmed ones {unconfirmed}, else {largest} or more")


def check_weights(report, rows, checks):
    """1 or UNLIKELY, scaled to mean 1 over the family."""
    confirmation, tested = report["confirmation"], by_test(rows)
    weights = [one.row["weight"] for one in tested]
    smallest = min(weights, default=1.0)
    checks.same("/confirmation/smallest_weight", confirmation["smallest_weight"], smallest)
    checks.holds("/confirmation/family", confirmation["family"], sum(weights) <= confirmation["family"] + 1e-9,
                 f"{sum(weights)} or more, the sum of the weights")
    for one in tested:
        ratio = one.row["weight"] / confirmation["smallest_weight"]
        good = any(close(ratio, times, 1e-9, 0) for times in (1, 1 / UNLIKELY))
        checks.holds(one.path + "/weight", one.row["weight"], good, f"{confirmation['smallest_weight']} or {1 / UNLIKELY} times that")
    if tested:
        good = any(mean_is_one(weights, largest, confirmation["family"]) for largest in (max(weights), smallest / UNLIKELY))
        checks.holds("/confirmation/smallest_weight", smallest, good, "weights of mean 1")


def mean_is_one(weights, largest, family):
    """Whether the weights that the file does not hold, each `largest` or UNLIKELY times that, can make it so."""
    rest = family - len(weights)
    heavy = (family - sum(weights) - rest * UNLIKELY * largest) / ((1 - UNLIKELY) * largest)
    return abs(heavy - round(heavy)) < 1e-6 and 0 <= round(heavy) <= rest


def check_detectable_rate(report, rows, checks):
    confirmation = report["confirmation"]
    level = confirmation["level"] * min((one.row["weight"] for one in by_test(rows)), default=1.0)
    level /= max(confirmation["family"], 1)
    if confirmation["rule"] == "stopped":
        level = stopped_level(len(by_test(rows)) + 1, confirmation["level"])
    expected = detectable_rate(confirmation["images"], report["space"]["failure_limit"], level)
    checks.same("/detectable_rate", report["detectable_rate"], expected, absolute=1e-6)


def check_budget(report, rows, checks):
    budget, dropped = report["budget"], report["dropped"]
    parts = ("unconfirmed", "explained", "merged", "not_reproduced", "not_tested")
    expected = budget["confirmed"] + sum(dropped[part] for part in parts)
    checks.same("/budget/candidates", budget["candidates"], expected)
    checks.same("/budget/confirmed", budget["confirmed"], sum(one.status == "confirmed" for one in rows))


def severity(one):
    return one.ci95[0] * (1 - one.row["magnitude"] / 2)


def in_full(rows):
    return [one for one in rows if one.path.startswith("/counterexamples")]


def check_ranks(rows, checks):
    def key(one):
        return not one_is_enough(one.row), -severity(one), genes(one.row["variance"]), one.row["signature"]

    order = sorted(in_full(rows), key=key)
    for one in in_full(rows):
        checks.same(one.path + "/rank", one.row["rank"], order.index(one) + 1)


def failing_images(one):
    return {i for i, letter in enumerate(one.row["outcomes"]) if letter == "1"}


def greedy_order(rows):
    """Each time the largest severity x number of failing images that nothing before it covers."""
    left, covered, order = list(rows), set(), []
    while left:
        best = max(left, key=lambda one: severity(one) * len(failing_images(one) - covered))  # the first of equals
        covered |= failing_images(best)
        order.append(best)
        left.remove(best)
    return order


def covered_shares(order):
    failing, covered, shares = set().union(*map(failing_images, order)), set(), []
    for one in order:
        covered |= failing_images(one)
        shares.append(len(covered) / len(failing) if failing else None)
    return shares


def check_coverage(report, rows, checks):
    ranked = in_full(rows)
    for one, share in zip(ranked, covered_shares(ranked)):
        checks.same(one.path + "/covers", one.row["covers"], share)
    order = greedy_order(ranked)
    for place, one in enumerate(order):
        checks.same(one.path + "/representative", one.row["representative"], place + 1)
    shares = covered_shares(order)
    if not shares or shares[-1] is None:
        checks.same("/coverage", report["coverage"], None)
        return
    for count in (5, 10, 20):
        checks.same(f"/coverage/{count}", report["coverage"][str(count)], shares[min(count, len(shares)) - 1])


def check_attribution(report, rows, checks):
    family = [one for one in rows if two_sided(one.row["variance"])]
    p_values = [one.row.get("attribution", {}).get("interaction_p_value") for one in family]
    rejected = benjamini_hochberg([1.0 if p is None else p for p in p_values], DISCOVERY_RATE)
    beyond_chance = dict(zip((one.path for one in family), rejected))
    for one in in_full(rows):
        check_sides(one, checks)
        check_needs_both(one, beyond_chance.get(one.path, False), report["confirmation"], checks)
        check_genes(one, checks)


def check_sides(one, checks):
    found, path, rate = one.row["attribution"], one.path + "/attribution", one.failures / one.images
    measured = found["interaction_p_value"] is not None
    if measured:
        checks.same(path + "/both", found["both"], rate)
        for side in ("data", "config", "interaction"):
            checks.whole(f"{path}/{side}", found[side], found[side] * one.images)
        check_interaction(one, checks)
        return
    sides = two_sided(one.row["variance"])
    has_data = bool(one.row["variance"].get("data"))
    checks.same(path + "/data", found["data"], rate if has_data and not sides else None)
    checks.same(path + "/config", found["config"], rate if not has_data and not sides else None)
    for member in ("both", "interaction", "interaction_ci95"):
        checks.same(f"{path}/{member}", found[member], None)


def check_interaction(one, checks):
    """Some numbers of images that only the combination breaks or saves must give p-value and interval."""
    found, path = one.row["attribution"], one.path + "/attribution"
    both, data, config, net = (round(found[name] * one.images) for name in ("both", "data", "config", "interaction"))
    alone = both - net  # images that fail under one of the sides
    checks.holds(path + "/interaction", found["interaction"], max(data, config) <= alone <= min(one.images, data + config),
                 f"{both} images less {max(data, config)} to {min(one.images, data + config)}, of {one.images}")
    saved = np.arange(max(0, -net), min(one.images - both, alone) + 1)
    p_values = binom.sf(saved + net - 1, 2 * saved + net, 0.5)
    fitting = [int(s) for s, p in zip(saved, p_values) if close(found["interaction_p_value"], float(p), 1e-9, 1e-300)]
    checks.holds(path + "/interaction_p_value", found["interaction_p_value"], bool(fitting), "McNemar's, one-sided, of whole images")
    intervals = [newcombe(alone - s, net + s, s, one.images) for s in fitting]
    good = any(np.allclose(found["interaction_ci95"], interval, rtol=0, atol=1e-9) for interval in intervals)
    checks.holds(path + "/interaction_ci95", found["interaction_ci95"], good, f"one of {intervals}")


def check_needs_both(one, beyond_chance, confirmation, checks):
    found, path = one.row["attribution"], one.path + "/attribution"
    needs, p, interval = found["needs_both"], found["interaction_p_value"], found["interaction_ci95"]
    sure = p is not None and interval[0] > 0
    if confirmation["rule"] == "stopped":  # of what is no longer confirmed the file does not hold the p-values
        sure = sure and p <= stopped_level(max(one.row["test"], 1), confirmation["level"])
    else:
        sure = sure and beyond_chance
    checks.holds(path + "/needs_both", needs, needs is not True or sure, "false or null: the interaction may be chance")
    if p is None:
        checks.same(path + "/needs_both", needs, None)
    reason = found["needs_both_reason"]
    checks.holds(path + "/needs_both_reason", reason, reason is None if needs is True else bool(reason), "null where needs_both is true, else a text")
    if confirmation["rule"] != "stopped" and p is not None:
        checks.holds(path + "/needs_both_reason", reason, (reason == NO_INTERACTION) == (not sure), f"{NO_INTERACTION!r} where that is so")


def check_genes(one, checks):
    found, path = one.row["attribution"], one.path + "/attribution"
    shares = [gene["share"] for gene in found["genes"]]
    reason = found["genes_reason"]
    checks.holds(path + "/genes_reason", reason, reason is None if shares else bool(reason), "a text where genes is empty, else null")
    checks.holds(path + "/genes_images", found["genes_images"], (found["genes_images"] > 0) == bool(shares), "0 where genes is empty, else more")
    if shares:
        checks.holds(path + "/genes", sum(shares), close(sum(shares), 1.0, 0, 1e-9), "shares that add up to 1")
        checks.holds(path + "/genes", shares, shares == sorted(shares, reverse=True), "the largest share first")


def check_minimised(rows, checks):
    for one in in_full(rows):
        found = one.row["minimised"]
        if found is None:
            checks.same(one.path + "/minimal", one.row["minimal"], False)
            continue
        least = math.ceil(KEPT * found["start_failures"] - 1e-9)
        checks.holds(one.path + "/minimised/failures", found["failures"], least <= found["failures"] <= found["images"],
                     f"{least} to {found['images']}")


def check_accuracy_change(rows, checks):
    for one in in_full(rows):
        found = one.row["accuracy"]
        if found is None:
            continue
        checks.small(one.path + "/accuracy/p_value", found["p_value"], mcnemar_p(found["gained"], found["lost"]))
        checks.same(one.path + "/accuracy/observed", found["observed"],
                    found["reference"] + (found["gained"] - found["lost"]) / found["images"])
        checks.whole(one.path + "/accuracy/reference", found["reference"], found["reference"] * found["images"])


def check_robust_accuracy(report, rows, checks):
    for name in ("robust_accuracy", "robust_accuracy_image"):
        found = report.get(name)
        if found is None:
            continue
        survivors = found["value"] * found["images"]
        checks.whole(f"/{name}/value", found["value"], survivors)
        checks.interval(f"/{name}/ci95", found["ci95"], wilson(round(survivors), found["images"]))
    check_survivors(report, [one.row for one in rows if one.status == "confirmed"], checks)


def check_survivors(report, confirmed, checks):
    """All confirmed ones were run on them and none breaks them; what is no label may be wrong all the same."""
    found = report["robust_accuracy"]
    if found is None or not confirmed or report["space"]["oracle"] != "label":
        return
    letters = [row.get("outcomes", "") for row in confirmed]
    run_on = set.intersection(*({i for i, letter in enumerate(row) if letter != "."} for row in letters))
    broken = {i for row in letters for i, letter in enumerate(row) if letter == "1"}
    survivors, most = round(found["value"] * found["images"]), len(run_on - broken)
    good = survivors <= most if any(map(one_is_enough, confirmed)) else survivors == most
    checks.holds("/robust_accuracy/value", found["value"], good, f"{most} of {found['images']} images, not {survivors}")


def check_baseline(report, checks):
    baseline = report["baseline"]
    if baseline["accuracy"] is None:
        return
    right = baseline["accuracy"] * baseline["images"]
    checks.whole("/baseline/accuracy", baseline["accuracy"], right)
    known = [row for row in baseline["per_class"] if row["images"]]
    for i, row in enumerate(baseline["per_class"]):
        if row["images"]:
            checks.whole(f"/baseline/per_class/{i}/accuracy", row["accuracy"], row["accuracy"] * row["images"])
    checks.same("/baseline/images", baseline["images"], sum(row["images"] for row in known))
    checks.same("/baseline/accuracy", baseline["accuracy"], sum(row["accuracy"] * row["images"] for row in known) / baseline["images"])


# The comparison with an old report

def check_comparison(report, checks):
    rows, compared = report["baseline_variances"], report["compared_with"]
    if compared is None:
        checks.same("/baseline_variances", len(rows), 0)
        return
    paired = [row for row in rows if row["p"] is not None]
    p_values = [mcnemar_p(row["here_only"], row["there_only"]) for row in paired]
    rejected = dict(zip(map(id, paired), benjamini_hochberg(p_values, DISCOVERY_RATE)))
    for i, row in enumerate(rows):
        path, run = f"/baseline_variances/{i}", row["verdict"] != "not_run"
        tested = run and not compared["same"] and not one_is_enough(row)
        check_pair(path, row, run, checks)
        p = mcnemar_p(row["here_only"], row["there_only"]) if tested else None
        (checks.same if p is None else checks.small)(path + "/p", row["p"], p)
        if run:
            differs = rejected.get(id(row), False) and not compared["same"]
            checks.same(path + "/verdict", row["verdict"], verdict(row, differs, report["space"]["failure_limit"]))


def check_pair(path, row, run, checks):
    """The two rates, on the same images; nothing where it was not run."""
    here, there = row["here"], row["there"]
    checks.holds(path + "/reason", row["reason"], row["reason"] is None if run else bool(row["reason"]), "a text where it was not run, else null")
    if not run:
        checks.holds(path + "/here", (here, there), here is None and there is None, "null where it was not run")
        return
    for side, name in ((here, "here"), (there, "there")):
        checks.same(f"{path}/{name}/failure_rate", side["failure_rate"], side["failures"] / side["images"])
        only = row[name + "_only"]
        checks.holds(f"{path}/{name}_only", only, only <= side["failures"] <= side["images"], f"at most {side['failures']}")
    checks.same(path + "/there/images", there["images"], here["images"])
    checks.same(path + "/here/failures", here["failures"] - there["failures"], row["here_only"] - row["there_only"])


def verdict(row, differs, limit):
    here, there = row["here"]["failures"], row["there"]["failures"]
    if one_is_enough(row):
        return "same" if (here > 0) == (there > 0) else "fixed" if there > 0 else "worse"
    if not differs:
        return "same"
    if here > there:
        return "worse"
    return "fixed" if here / row["here"]["images"] <= limit + 1e-12 else "better"


def recompute(report):
    checks, rows = Checks(), tested_rows(report)
    check_tests(report, rows, checks)
    check_intervals(report, rows, checks)
    check_decision(report, rows, checks)
    check_family(report, rows, checks)
    check_weights(report, rows, checks)
    check_detectable_rate(report, rows, checks)
    check_budget(report, rows, checks)
    check_ranks(rows, checks)
    check_coverage(report, rows, checks)
    check_attribution(report, rows, checks)
    check_minimised(rows, checks)
    check_accuracy_change(rows, checks)
    check_robust_accuracy(report, rows, checks)
    check_baseline(report, checks)
    check_comparison(report, checks)
    return checks


def say(path):
    """Prints what differs in one report; returns how many values."""
    with open(path, encoding="utf-8") as file:
        checks = recompute(json.load(file))
    for line in checks.lines:
        print(line)
    print(f"{checks.count} values recomputed, {len(checks.lines)} differ")
    return len(checks.lines)


def main(paths):
    if not paths:
        sys.exit(__doc__)
    differ = 0
    for path in paths:
        if len(paths) > 1:
            print(f"{path}:")
        try:
            differ += say(path)
        except KeyError as error:
            print(f"{path}: is no report of this version: there is no {error}", file=sys.stderr)
            return 2
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
