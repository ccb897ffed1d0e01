"""Runs the real binary as a user would. ROBUSTCHECK names the program, ROBUSTCHECK_SOURCE the source tree."""
import json
import os
import pathlib
import subprocess
import tempfile

import pytest

SOURCE = pathlib.Path(os.environ.get("ROBUSTCHECK_SOURCE", pathlib.Path(__file__).parents[2]))
BINARY = pathlib.Path(os.environ.get("ROBUSTCHECK", SOURCE / "build/robustcheck"))
FASHION = SOURCE / "data/fashion"
MODEL = FASHION / "fashion.pt"
TINY = FASHION / "tiny.pt"
IMAGES = FASHION / "images"
QUIET = ("search", TINY, IMAGES, "--limit", 100, "--budget", 300, "--transforms", "rotate", "--knobs", "none",
         "--failure-limit", 0.9)  # finds nothing


# What is for the tests is no setting of the program.
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("ROBUSTCHECK")}
CACHE = tempfile.TemporaryDirectory(prefix="robustcheck-cache-")


def run(*arguments, stdin="", timeout=120, environment=None):
    """The finished process; its output is text. What it caches stays within this run of the tests."""
    return subprocess.run([str(BINARY), *map(str, arguments)], input=stdin, capture_output=True, text=True,
                          timeout=timeout, env={**PLAIN, "XDG_CACHE_HOME": CACHE.name, **(environment or {})})


def evaluate(model, images, *variances, options=(), code=0):
    """One outcome per variance; `code` 5 where one of them gives no output."""
    lines = "".join(json.dumps(variance) + "\n" for variance in variances)
    done = run("evaluate", model, images, *options, stdin=lines)
    assert done.returncode == code, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


# With an allowance that leaves something to explain after everything is tested.
TINY_RUN = (TINY, IMAGES, "--limit", 400, "--budget", 3000, "--after-budget", 15000)


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory):
    """One finished search of the tiny model: (process, run directory, report)."""
    out = tmp_path_factory.mktemp("search") / "run"
    done = run("search", *TINY_RUN, "--out", out)
    report = json.loads((out / "report.json").read_text()) if (out / "report.json").exists() else None
    return done, out, report


@pytest.fixture(scope="session")
def example(tiny_run):
    """A case that fails, as JSON."""
    _, out, report = tiny_run
    return json.loads((out / report["counterexamples"][0]["examples"][0]["case"]).read_text())


@pytest.fixture
def case(example, tmp_path):
    """case(name, **values): writes the example with other members."""

    def write(name="case.json", **values):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({**example, **values}))
        return path

    return write
