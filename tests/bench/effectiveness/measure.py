"""How well strategies search: one JSON line per (model, space, strategy, seed). Run by hand:

    build/venv-peers/bin/python tests/bench/effectiveness/measure.py build/robustcheck out.jsonl \\
        --models fashion --spaces wide,tight --strategies genetic,random,...,tpe,pymoo --seeds 8 --budget 5000
    build/venv-peers/bin/python tests/bench/effectiveness/table.py out.jsonl

Every trial of every strategy is judged in the same way, on images that no strategy saw (up to UNSEEN eligible images of
the confirmation half):
  first      evaluations until the first trial whose failure rate there is above 5 % (exact binomial, p < 0.01)
  joint      evaluations until the first trial that has both sides, is above 5 %, and breaks more images than its data
             alone and its configuration alone together, net (paired, 3 standard errors); at most JOINT_TRIES are tried
  hv         area that is dominated by (failure rate, 1 - magnitude) of the trials on the search's front, rates unseen
  signatures of the CANDIDATES most severe signatures with magnitude <= 0.5: genes dropped one by one on the 32 images
             while 80 % of the failures stay, equal ones merged, then confirmed like `first`
A variance counts for hv and signatures when it was tried on at least 32 images.
Not in the budget of anybody: what the judge spends. --validity is off for all, since `evaluate` has no such gate.
"""
import argparse
import json
import math
import subprocess
import time
from pathlib import Path

import trials
from scipy.stats import binomtest

UNSEEN, CANDIDATES, JOINT_TRIES, FRONT = 160, 40, 60, 16
SPACES = {"wide": "moderate,deployment", "tight": "mild,numerical,quantization"}
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
        sides = {"data": variance.get("data", [])}, {"config": variance.get("config", {})}
        both, data, config = (self.failed(v, self.unseen)[0] for v in (variance, *sides))
        net = [(i in both) - (i in data) - (i in config) for i in self.unseen]
        mean = sum(net) / len(net)
        error = math.sqrt(sum((x - mean) ** 2 for x in net)) / len(net)
        return self.confirmed(variance) and mean > 3 * error and mean > 0

    def minimal(self, variance):
        failures = len(self.failed(variance, self.images)[0])
        genes = [("config", knob) for knob in sorted(variance.get("config", {}))]
        genes += [("data", i) for i in range(len(variance.get("data", [])) - 1, -1, -1)]
        for side, gene in genes:
            smaller = {"data": list(variance.get("data", [])), "config": dict(variance.get("config", {}))}
            smaller[side].pop(gene)
            if (smaller["data"] or smaller["config"]) and len(self.failed(smaller, self.images)[0]) >= 0.8 * failures:
                variance = smaller
        return variance


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
    ranked = sorted(best.values(), key=lambda e: -e["severity"])[:CANDIDATES]
    minimal = {signature(v): v for v in (judge.minimal(e["variance"]) for e in ranked)}
    two_sided = lambda v: bool(v.get("data")) and bool(v.get("config"))
    return {
        "first": first(log, judge.confirmed),
        "joint": first(log, judge.needs_both, two_sided, JOINT_TRIES),
        "hv": hypervolume([(1 - e["magnitude"], judge.rate(e["variance"])) for e in front(entries)]),
        "signatures": sum(int(judge.confirmed(v)) for v in minimal.values()),
        "kinds": len(best),
    }


def magnitude_of(space, listed):
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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("out")
    parser.add_argument("--models", default="fashion")
    parser.add_argument("--spaces", default="wide,tight")
    parser.add_argument("--strategies", default="genetic,random,sparse_random,one_at_a_time,evolution,grid,tpe,nsga2,cmaes,pymoo")
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--budget", type=int, default=5000)
    parser.add_argument("--label", default="", help="added to the strategy's name: an ablation's")
    options = parser.parse_args()
    listed = json.loads(subprocess.run([options.binary, "list", "transforms", "--json"], capture_output=True, text=True).stdout)
    work = Path(options.out).with_suffix("")
    work.mkdir(exist_ok=True)
    data = Path(__file__).resolve().parents[3] / "data"
    for name in options.models.split(","):
        model, images = str(data / name.split("-")[0] / f"{name}.pt"), str(data / name.split("-")[0] / "images")
        evaluate = trials.Evaluate(options.binary, model, images)
        judge = Judge(evaluate)
        for seed in range(options.first_seed, options.first_seed + options.seeds):
            for space_name in options.spaces.split(","):
                for strategy in options.strategies.split(","):
                    kept, began = work / f"space-{name}-{space_name}.json", time.monotonic()
                    if strategy in trials.PEERS:
                        problem = trials.Problem(evaluate, json.loads(kept.read_text()), options.binary)
                        trials.PEERS[strategy](problem, options.budget // trials.TRIAL_IMAGES, seed)
                        log = problem.trials
                        own = 1 - problem.in_product / (time.monotonic() - began)
                    else:
                        log, space = trials.search(options.binary, model, images, SPACES[space_name], strategy, seed,
                                                   options.budget, str(work / f"run-{strategy}{options.label}"))
                        kept.write_text(json.dumps(space))
                        own = None
                    searched = time.monotonic()
                    row = {"model": name, "space": space_name, "strategy": strategy + options.label, "seed": seed,
                           "budget": options.budget, "own_share": own, **judged(log, judge, magnitude_of(None, listed)),
                           "search_s": round(searched - began, 1), "judge_s": round(time.monotonic() - searched, 1)}
                    with open(options.out, "a") as out:
                        out.write(json.dumps(row, default=float) + "\n")
        evaluate.close()


if __name__ == "__main__":
    main()
