"""search --candidates FILE --budget 0: what somebody else proposes is tested, without luck."""
import json
import time

import pytest
from conftest import IMAGES, MODEL, TINY, run

LINES = [{"data": [{"transform": "rotate", "degrees": 40.0}]},
         {"data": [{"transform": "rotate", "degrees": 0.5}]},
         {"config": {"rounding": "truncate"}},
         {"data": [{"transform": "rotate", "degrees": 25.0}], "config": {"weight_only": "int4"}}]


def write_lines(path, lines=LINES):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def search(file, out, *options, model=TINY, images=("--limit", 400)):
    return run("search", model, IMAGES, *images, "--candidates", file, "--out", out, *options)


def read(out):
    return json.loads((out / "report.json").read_text())


def without_clock(out):
    report = read(out)
    for key in ("timing", "command"):
        report.pop(key)
    report["environment"].pop("workers")
    return report


def rows(report):
    """variance -> row, of everything that was tested or not."""
    return {json.dumps(row["variance"], sort_keys=True): row for row in report["kinds"] + report["counterexamples"]}


def test_every_variance_of_the_file_has_an_answer(tmp_path):
    done = search(write_lines(tmp_path / "v.jsonl"), tmp_path / "run", "--budget", 0)
    assert done.returncode == 1, done.stderr
    report = read(tmp_path / "run")
    assert report["budget"]["evaluations"] == 0 and report["space"]["candidates"]["variances"] == len(LINES)
    answers = rows(report)
    assert len(answers) == len(LINES)
    mild, strong = (answers[json.dumps(LINES[i], sort_keys=True)] for i in (1, 0))
    assert mild["status"] == "unconfirmed" and mild["tested_images"] >= 100
    assert strong["failure_rate"] > 0.05 and strong["images"] >= 100 and strong["minimal"] is False
    assert report["dropped"]["not_tested"] == 0
    assert f"{len(LINES)} variances of the file:" in done.stdout
    page = (tmp_path / "run/report.html").read_text()
    assert "inconclusive" not in page and "nothing was searched" not in page
    assert (tmp_path / "run" / strong["examples"][0]["case"]).exists()


def test_the_same_bytes_twice_and_at_one_and_two_workers(tmp_path):
    file = write_lines(tmp_path / "v.jsonl")
    reports = []
    for name, workers in (("a", 1), ("b", 2), ("c", 2)):
        assert search(file, tmp_path / name, "--workers", workers, "--minimize").returncode == 1
        reports.append(without_clock(tmp_path / name))
    assert reports[0] == reports[1] == reports[2]


def test_minimize_reduces_what_the_file_holds(tmp_path):
    file = write_lines(tmp_path / "v.jsonl", [{"data": [{"transform": "rotate", "degrees": 40.0}, {"transform": "gamma", "exponent": 1.01}],
                                              "config": {"rounding": "truncate"}}])
    assert search(file, tmp_path / "run", "--minimize").returncode == 1
    best = read(tmp_path / "run")["counterexamples"][0]
    assert best["signature"] == "label:rotate" and best["variance"]["data"][0]["degrees"] < 40
    assert best["minimised"]["failures"] >= 0.8 * best["minimised"]["start_failures"]
    assert search(file, tmp_path / "run", "--force").returncode == 1
    assert read(tmp_path / "run")["counterexamples"][0]["minimised"] is None


def test_a_report_and_its_directory_are_such_files(tiny_run, tmp_path):
    _, out, before = tiny_run
    done = search(out, tmp_path / "run")
    assert done.returncode == 1, done.stderr
    wanted = {json.dumps(row["variance"], sort_keys=True) for row in before["counterexamples"] + before["kinds"]}
    assert wanted == set(rows(read(tmp_path / "run")))
    assert run("gate", tmp_path / "run", "--policy", policy(tmp_path, {"max_failure_rate": 0.01})).returncode == 1


def policy(folder, rules):
    (folder / "policy.json").write_text(json.dumps(rules))
    return folder / "policy.json"


def test_a_list_is_such_a_file_and_a_pipeline_passes_on_it(tmp_path):
    (tmp_path / "v.json").write_text(json.dumps(LINES[1:3]))
    done = search(tmp_path / "v.json", tmp_path / "run")
    assert done.returncode == 0, done.stdout
    assert run("gate", tmp_path / "run", "--policy", policy(tmp_path, {"max_failure_rate": 0.05})).returncode == 0
    unasked = {"limits": [{"knob_class": "numerical", "max_failure_rate": 0.5}]}
    gated = run("gate", tmp_path / "run", "--policy", policy(tmp_path, unasked))
    assert gated.returncode == 5 and "no tested variance of the --candidates file" in gated.stdout


@pytest.mark.parametrize("text,fragments", [
    ('{"data": [{"transform": "rotat", "degrees": 3}]}\n', ["v.jsonl", "rotate"]),
    ('{"data": [{"transform": "rotate", "degrees": 3}]}\n{"data": 1}\n', ["v.jsonl:2"]),
    ('{"data": [{"transform": "rotate", "degrees": 3}]}\n{}\n', ["v.jsonl:2", "reference"]),
    ("\n", ["v.jsonl", "no variance"]),
    ("[]", ["v.jsonl", "no variance"]),
    ('{"counterexamples": []}', ["v.jsonl", "space"]),
])
def test_a_wrong_file_ends_before_anything_runs(tmp_path, text, fragments):
    (tmp_path / "v.jsonl").write_text(text)
    done = search(tmp_path / "v.jsonl", tmp_path / "run")
    assert done.returncode == 2 and not (tmp_path / "run").exists(), done.stderr
    assert all(fragment in done.stderr for fragment in fragments) and done.stderr.count("\n") == 1, done.stderr


@pytest.mark.parametrize("options,fragment", [
    (("--budget", 0), "goes with --candidates"),
    (("--minimize",), "goes with --candidates"),
    (("--candidates", "FILE", "--budget", 500), "give --budget 0"),
    (("--candidates", "FILE", "--strategy", "random"), "searches nothing"),
    (("--candidates", "FILE", "--scope", "image"), "searches nothing"),
    (("--candidates", "FILE", "--transforms", "rotate"), "searches nothing"),
    (("--candidates", "FILE", "--dry-run"), "searches nothing"),
    (("--candidates", "missing.jsonl"), "missing.jsonl"),
])
def test_what_does_not_go_together_is_said(tmp_path, options, fragment):
    file = write_lines(tmp_path / "v.jsonl")
    done = run("search", TINY, IMAGES, "--out", tmp_path / "run", *(file if one == "FILE" else one for one in options))
    assert done.returncode == 2 and fragment in done.stderr and not (tmp_path / "run").exists()


def test_another_oracle_than_that_of_the_report_is_refused(tiny_run, tmp_path):
    done = search(tiny_run[1], tmp_path / "run", "--oracle", "consistency")
    assert done.returncode == 2 and "--oracle label" in done.stderr


def test_what_this_machine_cannot_run_is_no_pass(tmp_path):
    file = write_lines(tmp_path / "v.jsonl", [{"config": {"device": "cuda"}}, {"config": {"rounding": "truncate"}}])
    done = search(file, tmp_path / "run")
    assert done.returncode == 5, done.stdout
    report = read(tmp_path / "run")
    untested = [row for row in report["kinds"] if row["status"] == "not_tested"]
    assert [row["variance"] for row in untested] == [{"config": {"device": "cuda"}}] and untested[0]["reason"]
    assert "cannot be tested here" in " ".join(done.stdout.split())
    assert run("gate", tmp_path / "run", "--policy", policy(tmp_path, {"max_failure_rate": 0.5})).returncode == 5


def test_pictures_that_show_something_else_are_no_pass(tmp_path):
    chain = [{"transform": "rotate", "degrees": 45.0}, {"transform": "gaussian_noise", "sigma": 0.4}, {"transform": "occlude", "area": 0.5}]
    done = search(write_lines(tmp_path / "v.jsonl", [{"data": chain}]), tmp_path / "run")
    row, = read(tmp_path / "run")["kinds"]
    assert done.returncode == 5 and row["status"] == "not_tested" and "--validity off" in row["reason"]
    assert search(tmp_path / "v.jsonl", tmp_path / "run", "--validity", "off", "--force").returncode == 1


def test_an_allowance_that_pays_for_some_leaves_the_rest_untested(tmp_path):
    done = search(write_lines(tmp_path / "v.jsonl"), tmp_path / "run", "--after-budget", 300)
    report = read(tmp_path / "run")
    assert report["dropped"]["not_tested"] > 0 and report["budget"]["after_needed"] > 300
    assert done.returncode in (1, 5)


def test_a_network_that_breaks_is_said_whatever_was_proposed(tmp_path):
    """The oracle of a line is the run's; numeric and crash are judged beside it."""
    file = write_lines(tmp_path / "v.jsonl", LINES[:1])
    assert search(file, tmp_path / "run").returncode == 1
    assert {row["oracle"] for row in rows(read(tmp_path / "run")).values()} == {"label"}


def test_a_hundred_variances_take_less_than_a_minute(tmp_path):
    lines = [{"data": [{"transform": "rotate", "degrees": 5 + 0.3 * k}], "config": {"precision": "fp64"}} for k in range(100)]
    began = time.monotonic()
    done = search(write_lines(tmp_path / "v.jsonl", lines), tmp_path / "run", model=MODEL, images=("--limit", 1000))
    assert done.returncode == 1, done.stderr
    assert time.monotonic() - began < 60
    report = read(tmp_path / "run")
    assert report["budget"]["candidates"] == 100 and report["dropped"]["not_tested"] == 0
