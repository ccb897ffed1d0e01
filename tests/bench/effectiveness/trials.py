"""Trials of one strategy: the product's through `robustcheck search`, a peer's through `robustcheck evaluate`.

A trial is {"evaluations": spent so far, "images": n, "failures": k, "variance": {...}}. Peers see the same space (the
search's own, after its probe), the same 32 images and the same budget. They choose, per place of a chain, a transform or
none, one signed share of its range for all strengths and one share for all other parameters, and a value per knob.
"""
import hashlib
import json
import shutil
import subprocess
import time
from pathlib import Path

import numpy as np

TRIAL_IMAGES = 32
PROCESS_KNOBS = "-cpu_capability,-onednn_isa,-mkl_cbwr,-onednn_fpmath"  # a worker pool each: minutes of starting workers


class Evaluate:
    """One `robustcheck evaluate`, kept open."""

    def __init__(self, binary, model, images):
        self.process = subprocess.Popen(
            [binary, "evaluate", model, images, "--workers", "1", "--scores"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        root = Path(images)
        self.files = sorted(p for p in root.rglob("*") if p.suffix in (".png", ".jpg"))
        self.classes = json.loads(Path(model).with_suffix(".json").read_text())["classes"]  # in the order of the outputs
        self.labels = [self.classes.index(p.parent.name) for p in self.files]
        everything = self.ask({}, list(range(len(self.files))))
        scores = np.array(everything["scores"])
        odds = np.exp(scores - scores.max(1, keepdims=True))
        ordered = np.sort(odds / odds.sum(1, keepdims=True), axis=1)
        self.margins = ordered[:, -1] - ordered[:, -2]
        wrong = set(everything["failed"]) | set(np.nonzero(scores.argmax(1) != self.labels)[0].tolist())
        halves = [[], []]
        for i, path in enumerate(self.files):
            if i not in wrong:
                content = hashlib.sha256(path.read_bytes()).hexdigest()
                halves[hashlib.sha256(f"{content}/0".encode()).digest()[-1] & 1].append(i)
        self.search_half, self.unseen_half = halves

    def ask(self, variance, images):
        self.process.stdin.write(json.dumps({**variance, "images": images}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def telling(self, images, count):
        order = sorted(images, key=lambda i: (self.labels[i], self.margins[i], i))
        count = min(count, len(order))
        return [order[(2 * i + 1) * len(order) // (2 * count)] for i in range(count)]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def search(binary, model, images, profile, strategy, seed, budget, out, extra):
    """Runs the product; returns (trials, space, share of the search's time that the strategy itself took)."""
    log = Path(f"{out}.log")
    done = subprocess.run(
        [binary, "search", model, images, "--profile", profile, "--strategy", strategy, "--seed", str(seed),
         "--budget", str(budget), "--after-budget", "1", "--validity", "off", "--knobs", PROCESS_KNOBS, "--workers", "1",
         "--log-file", log, "--out", out, "--force", "-q", *extra],
        capture_output=True, text=True,
    )
    assert done.returncode in (0, 1), done.stderr
    report = json.loads((Path(out) / "report.json").read_text())
    lines = [line for line in log.read_text().splitlines() if " trial {" in line]
    shutil.rmtree(out)
    log.unlink()
    timing = report["timing"]
    return ([json.loads(line.split(" trial ", 1)[1]) for line in lines], report["space"],
            timing["strategy_s"] / timing["phases_s"]["search"])


def step_of(gene, share, other, strengths, neutral):
    step = {"transform": gene["transform"]}
    for name, (low, high) in gene["ranges"].items():
        key = (gene["transform"], name)
        if key in strengths:
            end = low if share < 0 else high
            if end == neutral[key]:
                end = high if share < 0 else low
            step[name] = neutral[key] + abs(share) * (end - neutral[key])
        else:
            step[name] = low + other * (high - low)
    if gene.get("border"):
        step["border"] = gene["border"]
    return step


class Problem:
    """The space as a peer sees it, and its trials."""

    def __init__(self, evaluate, space, binary):
        self.evaluate, self.space = evaluate, space
        self.images = evaluate.telling(evaluate.search_half, TRIAL_IMAGES)
        listed = json.loads(subprocess.run([binary, "list", "transforms", "--json"], capture_output=True, text=True).stdout)
        self.neutral, self.strengths, self.integers = {}, set(), set()
        for transform in listed:
            for parameter in transform["parameters"]:
                key = (transform["name"], parameter["name"])
                self.neutral[key] = parameter["neutral"]
                if parameter.get("strength", True):
                    self.strengths.add(key)
                if parameter.get("integer"):
                    self.integers.add(key)
        self.names = ["none"] + [gene["transform"] for gene in space["transforms"]]
        self.genes = {gene["transform"]: gene for gene in space["transforms"]}
        self.places = space["max_transforms"]
        self.start()

    def start(self):
        self.trials, self.spent, self.in_product = [], 0, 0.0

    def variables(self):
        """name -> list of choices, or None for a share in [-1, 1]."""
        result = {}
        for place in range(self.places):
            result[f"transform{place}"] = self.names
            result[f"strength{place}"] = None
            result[f"other{place}"] = None
        for knob in self.space["knobs"]:
            result[knob["knob"]] = [str(knob["reference"])] + [str(value) for value in knob["values"]]
        return result

    def variance(self, values):
        data = []
        for place in range(self.places):
            name = values[f"transform{place}"]
            if name == "none" or (data and data[-1]["transform"] == name):
                continue
            step = step_of(self.genes[name], values[f"strength{place}"], (values[f"other{place}"] + 1) / 2,
                           self.strengths, self.neutral)
            for key in step:
                if (name, key) in self.integers:
                    step[key] = round(step[key])
            data.append(step)
        config = {}
        for knob in self.space["knobs"]:
            written = {str(value): value for value in [knob["reference"], *knob["values"]]}
            if values[knob["knob"]] != str(knob["reference"]):
                config[knob["knob"]] = written[values[knob["knob"]]]
        return {"data": data, "config": config}

    def __call__(self, values):
        """(mean fitness, magnitude); what cannot be combined loses the knob that the message names first, free of charge."""
        variance = self.variance(values)
        began = time.process_time(), time.monotonic()
        answer = self.evaluate.ask(variance, self.images)
        while answer["status"] == "invalid" and variance["config"]:
            named = [(answer["message"].find(knob), knob) for knob in variance["config"] if knob in answer["message"]]
            variance["config"].pop(min(named)[1] if named else next(iter(variance["config"])))
            answer = self.evaluate.ask(variance, self.images)
        self.in_product += time.monotonic() - began[1]
        self.spent += len(self.images)
        if answer["status"] != "ok":
            return -1.0, 1.0
        self.trials.append({"evaluations": self.spent, "images": answer["eligible"], "failures": answer["failures"],
                            "variance": variance})
        return answer["mean_fitness"], answer["magnitude"]


def optuna_peer(make, objectives):
    def run(problem, count, seed):
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        study = optuna.create_study(directions=["maximize", "minimize"][:objectives], sampler=make(optuna.samplers, seed))

        def objective(trial):
            values = {name: trial.suggest_float(name, -1, 1) if choices is None else trial.suggest_categorical(name, choices)
                      for name, choices in problem.variables().items()}
            fitness, magnitude = problem(values)
            return (fitness, magnitude) if objectives == 2 else fitness - 0.5 * magnitude

        study.optimize(objective, n_trials=count)

    return run


def pymoo_peer(problem, count, seed):
    from pymoo.algorithms.moo.nsga2 import RankAndCrowdingSurvival
    from pymoo.core.mixed import MixedVariableGA
    from pymoo.core.problem import ElementwiseProblem
    from pymoo.core.variable import Choice, Real
    from pymoo.optimize import minimize

    class Wrapped(ElementwiseProblem):
        def __init__(self):
            kinds = {name: Real(bounds=(-1, 1)) if choices is None else Choice(options=choices)
                     for name, choices in problem.variables().items()}
            super().__init__(vars=kinds, n_obj=2)

        def _evaluate(self, values, out, *_, **__):
            fitness, magnitude = problem(values)
            out["F"] = [-fitness, magnitude]

    minimize(Wrapped(), MixedVariableGA(pop_size=40, survival=RankAndCrowdingSurvival()), ("n_evals", count), seed=seed)


PEERS = {
    "tpe": optuna_peer(lambda samplers, seed: samplers.TPESampler(seed=seed), 2),
    "nsga2": optuna_peer(lambda samplers, seed: samplers.NSGAIISampler(seed=seed), 2),
    "cmaes": optuna_peer(lambda samplers, seed: samplers.CmaEsSampler(seed=seed, warn_independent_sampling=False), 1),
    "pymoo": pymoo_peer,
}
