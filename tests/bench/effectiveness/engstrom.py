"""Worst-case accuracy in Engstrom's box (30 degrees, 3 px of 28, black borders): the full grid, random worst-of-10,
and `search --scope image` with 10 and 77 evaluations per image. Run by hand:

  python tests/bench/effectiveness/engstrom.py ROBUSTCHECK MODEL.pt IMAGES [--seeds N] [--one-order] [--out FILE.json]

All on the images of the search half; those wrong at the reference count as wrong. --validity off: of two geometric
steps the validity rule allows only one beyond half of its range. The grid is rotate, then translate. The search may also
translate first; so the grid in both orders, and draws in a random order, are measured too.
"""
import argparse
import json
import random
import statistics
import subprocess
import tempfile
from pathlib import Path

from trials import Evaluate

DEGREES, SHIFT = 30.0, 0.1  # SHIFT: share of width and height, about 3 px of 28
GROUPS = 32  # images that share a draw: a forward pass is a batch. Each image alone still meets 10 independent draws


def variance(degrees, x, y, turned_first=True):
    steps = [{"transform": "rotate", "degrees": degrees, "border": "black"}] if degrees else []
    if x or y:
        steps.append({"transform": "translate", "x": x, "y": y, "border": "black"})
    return {"data": steps if turned_first else steps[::-1]}


def grid(turned_first):
    shares = [-1, -0.5, 0, 0.5, 1]
    return [variance(DEGREES * (k - 15) / 15, SHIFT * x, SHIFT * y, turned_first)
            for k in range(31) for x in shares for y in shares]


def survivors_of_grid(evaluate, images, turned_first):
    """A broken image is not run again: that changes nothing but the time."""
    points = grid(turned_first)
    random.Random(0).shuffle(points)
    for point in points:
        if images and point["data"]:
            images = sorted(set(images) - set(evaluate.ask(point, images)["failed"]))
    return images


def survivors_of_draws(evaluate, images, draws, seed, any_order):
    rng = random.Random(seed)
    for _ in range(draws):
        rng.shuffle(images)
        groups = [images[k::GROUPS] for k in range(GROUPS)]
        for group in filter(None, groups):
            drawn = variance(rng.uniform(-DEGREES, DEGREES), rng.uniform(-SHIFT, SHIFT), rng.uniform(-SHIFT, SHIFT),
                             not any_order or rng.random() < 0.5)
            broken = set(evaluate.ask(drawn, sorted(group))["failed"])
            images = [image for image in images if image not in broken]
    return images


def survivors_of_search(binary, model, images, eligible, each, seed):
    """Survivors of the first `each` evaluations of every image, and of all that the budget paid for."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        done = subprocess.run(
            [binary, "search", model, images, "--scope", "image", "--profile", "engstrom", "--knobs", "none",
             "--max-transforms", "2", "--validity", "off", "--seed", str(seed), "--budget", str(each * eligible),
             "--after-budget", "1", "--workers", "1", "--out", out, "--force", "-q", "--fail-on", "none"],
            capture_output=True, text=True,
        )
        assert done.returncode == 0, done.stderr
        lines = [json.loads(line) for line in (out / "per_image.jsonl").read_text().splitlines()]
        report = json.loads((out / "report.json").read_text())
    assert len(lines) == eligible
    assert sum(line["broken"] for line in lines) == report["robust_accuracy_image"]["broken"]
    in_time = [line for line in lines if line["broken"] and line["evaluations"] <= each]
    return {"spent": report["budget"]["evaluations"], "all": eligible - report["robust_accuracy_image"]["broken"],
            "each": eligible - len(in_time),
            "total": report["robust_accuracy_image"]["images"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("model")
    parser.add_argument("images")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--one-order", action="store_true", help="leave out the grid that translates first")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    evaluate = Evaluate(arguments.binary, arguments.model, arguments.images)
    eligible = list(evaluate.search_half)
    seeds = range(1, arguments.seeds + 1)
    left = survivors_of_grid(evaluate, list(eligible), True)
    result = {"eligible": len(eligible), "grid": len(left), 
              "grid_both": None if arguments.one_order else len(survivors_of_grid(evaluate, left, False))}
    for name, any_order in (("random10", False), ("random10_any_order", True)):
        result[name] = [len(survivors_of_draws(evaluate, list(eligible), 10, seed, any_order)) for seed in seeds]
    evaluate.close()
    for each in (10, 77):
        result[f"search{each}"] = [
            survivors_of_search(arguments.binary, arguments.model, arguments.images, len(eligible), each, seed)
            for seed in seeds]
    total = result["search10"][0]["total"]
    show = lambda survivors: f"{100 * survivors / total:.1f} %"
    spread = lambda values: f"{show(statistics.median(values))} ({show(min(values))} to {show(max(values))})"
    print(f"clean      {show(len(eligible))} of {total} images of the search half")
    points = len(grid(True))
    print(f"grid       {show(result['grid'])} after {points} evaluations per image")
    if result["grid_both"] is not None:
        print(f"grid       {show(result['grid_both'])} in both orders, {2 * points} evaluations per image")
    print(f"random     {spread(result['random10'])} worst of 10 per image")
    print(f"random     {spread(result['random10_any_order'])} worst of 10 per image, in either order")
    for each in (10, 77):
        for kind in ("each", "all"):
            values = [run[kind] for run in result[f"search{each}"]]
            drop = (len(eligible) - statistics.median(values)) / max(1, len(eligible) - result["grid"])
            print(f"search {each:3} {kind:5} {spread(values)}, {100 * drop:.1f} % of the grid's drop")
    if arguments.out:
        arguments.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
