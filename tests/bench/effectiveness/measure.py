"""How well strategies search: one JSON line per (model, space, strategy, seed). Run by hand:

    build/venv-peers/bin/python tests/bench/effectiveness/measure.py build/robustcheck out.jsonl \\
        --models fashion --spaces wide,tight --strategies genetic,random,...,tpe,pymoo --seeds 8 --budget 5000
    build/venv-peers/bin/python tests/bench/effectiveness/table.py out.jsonl

Every trial of every strategy is judged in the same way, on images that no strategy saw (up to UNSEEN eligible images of
the confirmation half):
  first      evaluations until the first trial whose failure rate there is above 5 % (exact binomial, p < 0.01)
  joint      evaluations until the first trial that has both sides, is above 5 %, and breaks more images than its data
             alone and its configuration alone together, net (paired, 3 standard errors; at least 1 more of the 32 images
             before the unseen ones are asked); at most JOINT_TRIES are tried
  hv         area that is dominated by (failure rate, 1 - magnitude) of the trials on the search's front, rates unseen
  signatures of the most severe variance per set of genes, magnitude <= 0.5 (every k-th by severity, SETS at most): genes dropped on the 32 images while 80 % of
             the failures stay, equal ones merged, then confirmed like `first`
  two_sided  of these, those that keep genes of both sides
  robust     robust accuracy: share of the unseen images that none of these confirmed ones breaks
A variance counts for hv and signatures when it was tried on at least 32 images.
Not in the budget of anybody: what the judge spends. --validity is off for all, since `evaluate` has no such gate.
"""
import argparse
import collections
import concurrent.futures
import itertools
import json
import math
import subprocess
import time
from pathlib import Path

import trials
from scipy.stats import binomtest

UNSEEN, SETS, JOINT_TRIES, FRONT = 160, 100, 300, 16
SPACES = {  # profiles: of both sides, and of one side only
    "wide": collections.defaultdict(lambda: "moderate,deployment", data="moderate", config="deployment"),
    "tight": collections.defaultdict(lambda: "mild,numerical,quantization", data="mild", config="numerical,quantization"),
}
LIMIT = 0.05


def wilson_low(k, n, z=1.96):
    if n == 0:
        return 0.0
    p = k / n
    return (p + z * z / (2 * n) - z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)


class Judge:
    def __init__(self, evaluate):
        self.evaluate, self.known = evaluate, {}
        self.images = evaluate.telling(evaluate.search_half, trials.TRIAL_IMAGES)
        self.unseen = evaluate.telling(evaluate.unseen_half, UNSEEN)

    def failed(self, variance, images):
        key = json.dumps(variance, sort_keys=True) + str(len(images))
        if key not in self.known:
            answer = self.evaluate.ask(variance, images)
            ok = answer["status"] == "ok"
            self.known[key] = (set(answer["failed"]) if ok else set(), answer.get("magnitude", 1.0))
        return self.known[key]

    def rate(self, variance):
        return len(self.failed(variance, self.unseen)[0]) / len(self.unseen)

    def confirmed(self, variance):
        failures = len(self.failed(variance, self.unseen)[0])
        return binomtest(failures, len(self.unseen), LIMIT, alternative="greater").pvalue < 0.01

    def needs_both(self, variance):
        """On the 32 images first: most variances show no sign of it there."""
        sides = {"data": variance.get("data", [])}, {"config": variance.get("config", {})}

        def net(images):
            both, data, config = (self.failed(v, images)[0] for v in (variance, *sides))
            return [(i in both) - (i in data) - (i in config) for i in images]

        if sum(net(self.images)) < 1:
            return False
        unseen = net(self.unseen)
        mean = sum(unseen) / len(unseen)
        error = math.sqrt(sum((x - mean) ** 2 for x in unseen)) / len(unseen)
        return mean > 3 * error and mean > 0 and self.confirmed(variance)

    def keeps(self, variance, genes, failures):
        return len(self.failed(only(variance, genes), self.images)[0]) >= 0.8 * failures

    def minimal(self, variance, known):
        """Known minimal sets of genes first; then halves, quarters, ... and single genes dropped while 80 % of the
        failures stay, as in Zeller's ddmin."""
        failures = len(self.failed(variance, self.images)[0])
        genes = genes_of(variance)
        for smaller in known:
            if smaller < set(genes) and self.keeps(variance, smaller, failures):
                return only(variance, smaller)
        size = max(1, len(genes) // 2)
        while True:
            for start in reversed(range(0, len(genes), size)):
                fewer = genes[:start] + genes[start + size:]
                if fewer and self.keeps(variance, fewer, failures):
                    genes = fewer
            if size == 1:
                return only(variance, genes)
            size = (size + 1) // 2 if size > 2 else 1


def genes_of(variance):
    return ([("config", knob, value) for knob, value in sorted(variance.get("config", {}).items())]
            + [("data", step["transform"], "") for step in variance.get("data", [])])


def only(variance, genes):
    return {"data": [step for step in variance.get("data", []) if ("data", step["transform"], "") in genes],
            "config": {k: v for k, v in variance.get("config", {}).items() if ("config", k, v) in genes}}


def signature(variance):
    data = sorted({step["transform"] for step in variance.get("data", [])})
    return "+".join(data) + "|" + json.dumps(variance.get("config", {}), sort_keys=True)


def merged(log, judge):
    """Counts of one variance added up, magnitude with it."""
    found = {}
    for trial in log:
        key = json.dumps(trial["variance"], sort_keys=True)
        entry = found.setdefault(key, {"variance": trial["variance"], "images": 0, "failures": 0})
        entry["images"] += trial["images"]
        entry["failures"] += trial["failures"]
    return [entry for entry in found.values() if entry["images"] >= trials.TRIAL_IMAGES and entry["failures"]]


def first(log, test, limit=None, stop=None):
    tried = 0
    for trial in log:
        if trial["failures"] <= LIMIT * trial["images"] or (limit and not limit(trial["variance"])):
            continue
        if test(trial["variance"]):
            return trial["evaluations"]
        tried += 1
        if stop and tried == stop:
            break
    return None


def hypervolume(points):
    area, height = 0.0, 0.0
    for mildness, rate in sorted(points, reverse=True):
        if rate > height:
            area += mildness * (rate - height)
            height = rate
    return area


def front(entries):
    chosen, height = [], 0.0
    for entry in sorted(entries, key=lambda e: (e["magnitude"], -e["failures"] / e["images"])):
        if entry["failures"] / entry["images"] > height:
            height = entry["failures"] / entry["images"]
            chosen.append(entry)
    step = max(1, math.ceil(len(chosen) / FRONT))
    return chosen[::-1][::step]


def judged(log, judge, magnitude):
    entries = merged(log, judge)
    for entry in entries:
        entry["magnitude"] = magnitude(entry["variance"])
    best = {}
    for entry in entries:
        if entry["magnitude"] > 0.5:
            continue
        entry["severity"] = wilson_low(entry["failures"], entry["images"]) * (1 - entry["magnitude"] / 2)
        old = best.get(signature(entry["variance"]))
        if old is None or entry["severity"] > old["severity"]:
            best[signature(entry["variance"])] = entry
    minimal = {}
    ranked = sorted(best.values(), key=lambda e: -e["severity"])
    for entry in ranked[:: max(1, math.ceil(len(ranked) / SETS))]:
        found = judge.minimal(entry["variance"], minimal)
        minimal.setdefault(frozenset(genes_of(found)), found)
    confirmed = [variance for variance in minimal.values() if judge.confirmed(variance)]
    broken = set().union(*(judge.failed(variance, judge.unseen)[0] for variance in confirmed))
    two_sided = lambda v: bool(v.get("data")) and bool(v.get("config"))
    return {
        "first": first(log, judge.confirmed),
        "joint": first(log, judge.needs_both, two_sided, JOINT_TRIES),
        "hv": hypervolume([(1 - e["magnitude"], judge.rate(e["variance"])) for e in front(entries)]),
        "signatures": len(confirmed),
        "two_sided": sum(two_sided(variance) for variance in confirmed),
        "robust": 1 - len(broken) / len(judge.unseen),
    }


def magnitude_of(listed):
    parameters = {t["name"]: {p["name"]: p for p in t["parameters"]} for t in listed}

    def magnitude(variance):
        shares = [0.0]
        for step in variance.get("data", []):
            for name, p in parameters[step["transform"]].items():
                if not p.get("strength", True) or name not in step:
                    continue
                end = p["low"] if step[name] < p["neutral"] else p["high"]
                if step[name] != p["neutral"]:
                    shares.append(abs(step[name] - p["neutral"]) / abs(end - p["neutral"]))
        return max(shares)

    return magnitude


def searched(options, binary, evaluate, name, space_name, strategy, seed, work):
    """(trials, own share of time); kept in a file, read from it the next time."""
    kept = work / f"{name}-{space_name}-{strategy}-{seed}.json"
    if kept.exists():
        stored = json.loads(kept.read_text())
        return stored["trials"], stored["own_share"]
    model, images = files(name)
    space = work / f"{name}-{space_name}.space.json"
    if strategy in trials.PEERS:
        began = time.monotonic()
        problem = trials.Problem(evaluate, json.loads(space.read_text()), binary)
        trials.PEERS[strategy](problem, options.budget // trials.TRIAL_IMAGES, seed)
        log, own = problem.trials, 1 - problem.in_product / (time.monotonic() - began)
    else:
        plain, _, restriction = strategy.partition(":")
        profile = SPACES[space_name][restriction]
        extra = ["--without", restriction[8:]] if restriction.startswith("without-") else []
        log, found, own = trials.search(binary, model, images, profile, plain, seed, options.budget,
                                        work / f"run-{name}-{space_name}-{strategy}-{seed}", extra)
        if not restriction and not space.exists():
            space.write_text(json.dumps(found))
    kept.write_text(json.dumps({"trials": log, "own_share": own}))
    return log, own


def files(name):
    folder = Path(__file__).resolve().parents[3] / "data" / name.split("-")[0]
    return str(folder / f"{name}.pt"), str(folder / "images")


def measure(job):
    options, name, space_name, seed, strategies, listed = job
    evaluate = trials.Evaluate(options.binary, *files(name))
    judge = Judge(evaluate)
    work = Path(options.out).with_suffix("")
    for strategy in strategies:
        began = time.monotonic()
        log, own = searched(options, options.binary, evaluate, name, space_name, strategy, seed, work)
        middle = time.monotonic()
        if options.search_only:
            continue
        row = {"model": name, "space": space_name, "strategy": strategy, "seed": seed, "budget": options.budget,
               "own_share": own, **judged(log, judge, magnitude_of(listed)), "search_s": round(middle - began, 1),
               "judge_s": round(time.monotonic() - middle, 1)}
        with open(options.out, "a") as out:
            out.write(json.dumps(row, default=float) + "\n")
    evaluate.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("out")
    parser.add_argument("--models", default="fashion")
    parser.add_argument("--spaces", default="wide,tight")
    parser.add_argument("--strategies", default="genetic,random,sparse_random,one_at_a_time,evolution,grid,tpe,nsga2,cmaes,pymoo",
                        help="also genetic:data and genetic:config (restricted to one side), genetic:without-INGREDIENT")
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--budget", type=int, default=5000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--search-only", action="store_true", help="keep the trials; judge them in a later call")
    options = parser.parse_args()
    listed = json.loads(subprocess.run([options.binary, "list", "transforms", "--json"], capture_output=True, text=True).stdout)
    Path(options.out).with_suffix("").mkdir(exist_ok=True)
    rows = [json.loads(line) for line in open(options.out)] if Path(options.out).exists() else []
    done = {(row["model"], row["space"], row["strategy"], row["seed"]) for row in rows}
    jobs = []
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        for name, space in itertools.product(options.models.split(","), options.spaces.split(",")):
            left = [s for s in options.strategies.split(",") if (name, space, s, seed) not in done]
            if left:
                jobs.append((options, name, space, seed, left, listed))
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        list(pool.map(measure, jobs))


if __name__ == "__main__":
    main()
