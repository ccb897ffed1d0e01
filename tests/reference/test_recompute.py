"""Everything that a report decides, made again from the report alone: recompute_report.py beside this file."""
import copy
import json
import os
import pathlib
import re
import subprocess

import pytest

SOURCE = pathlib.Path(os.environ.get("ROBUSTCHECK_SOURCE", pathlib.Path(__file__).parents[2]))
BINARY = os.environ.get("ROBUSTCHECK", str(SOURCE / "build/robustcheck"))
PYTHON = os.environ.get("REFERENCE_PYTHON", str(SOURCE / "build/venv-reference/bin/python"))
FASHION = SOURCE / "data/fashion"
KNOBS = ("--knobs", "weight_only,resize_filter,crop_fraction")

# name -> model, options; {name} is the report of an earlier one. Enough to explain, and tests that do not pass.
RUNS = {
    "old": ("fashion.pt", "--budget", 600, "--after-budget", 4000, *KNOBS),
    "tiny": ("tiny.pt", "--budget", 3000, "--after-budget", 15000, *KNOBS),
    "short": ("tiny.pt", "--budget", 2000, "--after-budget", 2500, *KNOBS),
    "file": ("tiny.pt", "--budget", 0, "--candidates", "{tiny}"),
    "compared": ("tiny.pt", "--budget", 800, "--after-budget", 5000, *KNOBS, "--baseline", "{old}"),
    "the same": ("tiny.pt", "--budget", 0, "--candidates", "{tiny}", "--baseline", "{tiny}"),
    "nothing": ("tiny.pt", "--budget", 300, "--transforms", "rotate", "--knobs", "none", "--failure-limit", 0.9),
}


def search(model, options, out):
    command = [BINARY, "search", FASHION / model, FASHION / "images", "--limit", 400, *options, "--out", out]
    environment = {**os.environ, "XDG_CACHE_HOME": str(out.parent / "cache")}
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode in (0, 1), done.stderr


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Name -> report.json, as a file."""
    folder = tmp_path_factory.mktemp("runs")
    paths = {}
    for name, (model, *options) in RUNS.items():
        out = folder / name.replace(" ", "-")
        search(model, [str(option).format(**paths) for option in options], out)
        paths[name] = out / "report.json"
    return paths


def run(*paths):
    return subprocess.run([PYTHON, SOURCE / "tests/reference/recompute_report.py", *paths], capture_output=True, text=True)


def recompute(path):
    """Exit code, {path in the report: line}, and the last line."""
    done = run(path)
    assert not done.stderr, done.stderr
    *lines, last = done.stdout.splitlines()
    return done.returncode, {line.split(":")[0]: line for line in lines}, last


@pytest.mark.parametrize("name", RUNS)
def test_every_value_of_a_report_follows_from_the_report(reports, name):
    code, lines, last = recompute(reports[name])
    assert not lines and code == 0, "\n".join(lines.values())
    assert last.endswith(" values recomputed, 0 differ") and int(last.split()[0]) > (20 if name == "nothing" else 300)


def test_the_runs_have_something_of_everything(reports):
    tiny, compared, same = (json.loads(reports[name].read_text()) for name in ("tiny", "compared", "the same"))
    assert {(row["status"], "test" in row) for row in tiny["kinds"]} >= {
        ("confirmed", True), ("unconfirmed", True), ("explained", False)}
    assert any(row["minimised"] for row in tiny["counterexamples"])
    assert {row["attribution"]["needs_both"] for row in tiny["counterexamples"]} >= {False, None}
    assert {row["found"] for row in compared["baseline_variances"]} == {"here", "there"}
    assert len({row["verdict"] for row in compared["baseline_variances"]}) > 2
    assert same["compared_with"]["same"] and same["baseline_variances"]


# One value is changed by hand.

def times(factor):
    return lambda value: value * factor


def plus(term):
    return lambda value: value + term


def to(new):
    return lambda value: new


def first(rows, such):
    return next(i for i, row in enumerate(rows) if such(row))


def first_path(part, such, member):
    def path(report):
        return f"/{part}/{first(report[part], such)}/{member}"

    path.__name__ = f"/{part}/?/{member}"
    return path


def sides_apart(row):
    return row["attribution"]["both"] is not None


def shared(row):
    return len(row["attribution"]["genes"]) > 1


def status(value, tested):
    return lambda row: row["status"] == value and ("test" in row) == tested


def said(verdict):
    return lambda row: row["verdict"] == verdict


CHANGES = [  # report, path or what finds it, new value, path that is named where it is another one
    ("tiny", "/counterexamples/0/p_value", times(1.001)),
    ("tiny", "/counterexamples/0/images", plus(1)),
    ("tiny", "/counterexamples/0/failure_rate", plus(0.01)),
    ("tiny", "/counterexamples/0/ci95/0", plus(1e-6)),
    ("tiny", "/counterexamples/2/ci95/1", plus(-1e-6)),
    ("tiny", "/counterexamples/1/weight", times(1.5)),
    ("tiny", "/counterexamples/1/test", plus(1)),
    ("tiny", "/counterexamples/3/rank", plus(1)),
    ("tiny", "/counterexamples/0/magnitude", to(1.0), "/counterexamples/0/rank"),
    ("tiny", "/counterexamples/4/covers", times(0.99)),
    ("tiny", "/counterexamples/4/representative", plus(1)),
    ("tiny", "/coverage/5", times(0.99)),
    ("tiny", "/coverage/20", times(0.99)),
    ("tiny", first_path("kinds", status("confirmed", True), "p_value"), times(1.001)),
    ("tiny", first_path("kinds", status("confirmed", True), "weight"), times(0.9)),
    ("tiny", first_path("kinds", status("confirmed", True), "status"), to("unconfirmed")),
    ("tiny", first_path("kinds", status("unconfirmed", True), "status"), to("confirmed")),
    ("tiny", first_path("kinds", status("explained", False), "explained_by"), to("label:nothing")),
    ("tiny", first_path("kinds", status("explained", False), "status"), to("unconfirmed"), "/confirmation/family"),
    ("tiny", "/detectable_rate", plus(1e-5)),
    ("tiny", "/confirmation/interval_level", plus(1e-6)),
    ("tiny", "/confirmation/family", plus(1)),
    ("tiny", "/confirmation/tests", plus(-1)),
    ("tiny", "/confirmation/images", plus(1)),
    ("tiny", "/confirmation/smallest_weight", times(1.01)),
    ("tiny", "/confirmation/rule", to("stopped"), "/detectable_rate"),
    ("tiny", "/budget/candidates", plus(1)),
    ("tiny", "/budget/confirmed", plus(-1)),
    ("tiny", "/dropped/explained", plus(1), "/budget/candidates"),
    ("tiny", "/robust_accuracy/value", plus(0.1)),
    ("tiny", "/robust_accuracy/ci95/1", plus(1e-6)),
    ("tiny", "/baseline/accuracy", plus(0.0025)),
    ("tiny", "/baseline/per_class/3/accuracy", plus(0.025), "/baseline/accuracy"),
    ("tiny", first_path("counterexamples", sides_apart, "attribution/both"), plus(0.1)),
    ("tiny", first_path("counterexamples", sides_apart, "attribution/data"), plus(1e-3)),
    ("tiny", first_path("counterexamples", sides_apart, "attribution/needs_both"), to(True)),
    ("tiny", first_path("counterexamples", sides_apart, "attribution/needs_both_reason"), to(None)),
    ("tiny", first_path("counterexamples", sides_apart, "attribution/interaction_p_value"), times(1.001)),
    ("tiny", first_path("counterexamples", sides_apart, "attribution/interaction_ci95/0"), plus(1e-6),
     first_path("counterexamples", sides_apart, "attribution/interaction_ci95")),
    ("tiny", first_path("counterexamples", shared, "attribution/genes/0/share"), plus(0.01),
     first_path("counterexamples", shared, "attribution/genes")),
    ("tiny", first_path("counterexamples", shared, "attribution/genes_reason"), to("none")),
    ("tiny", first_path("counterexamples", lambda row: row["minimised"], "minimised/failures"), to(1)),
    ("tiny", "/counterexamples/0/accuracy/p_value", times(1.001)),
    ("file", first_path("kinds", status("confirmed", True), "failures"), plus(1)),
    ("file", first_path("kinds", status("unconfirmed", True), "weight"), times(2)),
    ("compared", "/baseline_variances/0/p", times(0.999)),
    ("compared", "/baseline_variances/0/here_only", plus(1), "/baseline_variances/0/here/failures"),
    ("compared", "/baseline_variances/0/there/failure_rate", plus(0.01)),
    ("compared", first_path("baseline_variances", said("worse"), "verdict"), to("same")),
    ("compared", first_path("baseline_variances", said("same"), "verdict"), to("better")),
    ("compared", first_path("baseline_variances", said("better"), "verdict"), to("fixed")),
    ("compared", "/compared_with", to(None), "/baseline_variances"),
    ("the same", "/baseline_variances/0/verdict", to("worse")),
]


def found(path, report):
    return path if isinstance(path, str) else path(report)


def changed(report, path, change):
    """A copy where the value at `path` is another."""
    report = copy.deepcopy(report)
    *parents, last = path.split("/")[1:]
    place = report
    for part in parents:
        place = place[int(part) if isinstance(place, list) else part]
    last = int(last) if isinstance(place, list) else last
    place[last] = change(place[last])
    return report


def write(report, path):
    path.write_text(json.dumps(report))
    return path


@pytest.fixture(scope="module")
def answers(reports, tmp_path_factory):
    """What differs after each change, in their order: (path that should be named, lines). One call for all."""
    folder = tmp_path_factory.mktemp("changed")
    known = {name: json.loads(path.read_text()) for name, path in reports.items()}
    files, named = [], []
    for i, (name, path, change, *other) in enumerate(CHANGES):
        files.append(write(changed(known[name], found(path, known[name]), change), folder / f"{i}.json"))
        named.append(found(other[0] if other else path, known[name]))
    done = run(*files)
    assert done.returncode == 1 and not done.stderr, done.stderr
    parts = [part.splitlines() for part in re.split(rf"^{folder}/\d+\.json:\n", done.stdout, flags=re.MULTILINE)[1:]]
    return list(zip(named, parts, strict=True))


def name_of(row):
    return row[0] + (row[1] if isinstance(row[1], str) else row[1].__name__)


@pytest.mark.parametrize("index", range(len(CHANGES)), ids=lambda index: name_of(CHANGES[index]))
def test_a_value_that_is_changed_by_hand_is_named(answers, index):
    named, (*lines, last) = answers[index]
    assert any(line.startswith(named + ": found ") for line in lines), lines
    assert last.endswith(f" values recomputed, {len(lines)} differ")


def test_ranks_that_are_swapped_are_named(reports, tmp_path):
    report = json.loads(reports["tiny"].read_text())
    rows = report["counterexamples"]
    rows[0]["rank"], rows[1]["rank"] = rows[1]["rank"], rows[0]["rank"]
    code, lines, last = recompute(write(report, tmp_path / "a.json"))
    assert code == 1 and last.endswith(" values recomputed, 2 differ") and set(lines) == {"/counterexamples/0/rank", "/counterexamples/1/rank"}
    rows[0], rows[1] = rows[1], rows[0]  # in the order of what they claim: the coverage by rank is another one too
    _, lines, _ = recompute(write(report, tmp_path / "b.json"))
    assert {"/counterexamples/0/rank", "/counterexamples/1/rank"} <= set(lines)


def test_an_image_that_passes_from_failing_moves_what_follows_from_it(reports, tmp_path):
    report = json.loads(reports["tiny"].read_text())
    row = report["counterexamples"][0]
    row["outcomes"] = row["outcomes"].replace("1", "0", 1)
    code, lines, _ = recompute(write(report, tmp_path / "report.json"))
    assert code == 1
    assert {f"/counterexamples/0/{name}" for name in ("failure_rate", "p_value", "ci95/0", "ci95/1", "covers")} <= set(lines)


def test_a_report_of_an_older_version_is_no_answer(reports, tmp_path):
    report = json.loads(reports["nothing"].read_text())
    del report["confirmation"]["interval_level"]
    done = run(write(report, tmp_path / "report.json"))
    assert done.returncode == 2 and "there is no 'interval_level'" in done.stderr
