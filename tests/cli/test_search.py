import json
import signal
import subprocess
import time

import jsonschema
import pytest
from conftest import BINARY, IMAGES, SOURCE, TINY, TINY_RUN, evaluate, run

CLOCK_OR_PLACE = ("timing", "environment", "command")


def comparable(out):
    report = json.loads((out / "report.json").read_text())
    return {key: value for key, value in report.items() if key not in CLOCK_OR_PLACE}


def test_finds_confirmed_counterexamples_and_exits_1(tiny_run):
    done, out, report = tiny_run
    assert done.returncode == 1, done.stderr
    assert report["status"] == "complete"
    assert len(report["counterexamples"]) >= 3
    assert "confirmed counterexamples" in done.stdout
    assert all(len(line) <= 80 for line in done.stdout.splitlines() if "replay" not in line and "report:" not in line)


def test_every_counterexample_is_above_the_limit_on_unseen_images(tiny_run):
    _, _, report = tiny_run
    for found in report["counterexamples"]:
        assert found["failure_rate"] > 0.05
        assert found["ci95"][0] <= found["failure_rate"] <= found["ci95"][1]
        assert found["images"] >= 100
        assert found["p_value"] <= 0.05


def test_ranks_by_severity(tiny_run):
    _, _, report = tiny_run
    severity = [found["ci95"][0] * (1 - found["magnitude"] / 2) for found in report["counterexamples"]]
    assert severity == sorted(severity, reverse=True)
    assert [found["rank"] for found in report["counterexamples"]] == list(range(1, len(severity) + 1))


def test_budget_is_kept(tiny_run):
    _, _, report = tiny_run
    budget = report["budget"]
    assert budget["evaluations"] <= budget["limit"] == 3000
    after = ("minimise", "confirm", "attribute", "tolerance", "interaction_map")
    assert sum(budget[phase] for phase in after) <= budget["after_limit"]


def test_attribution_belongs_to_the_variance(tiny_run):
    _, _, report = tiny_run
    for found in report["counterexamples"]:
        data, config = found["variance"].get("data"), found["variance"].get("config")
        attribution = found["attribution"]
        if data and config and attribution["interaction"] is not None:
            low, high = attribution["interaction_ci95"]
            assert low <= attribution["interaction"] <= high
            assert attribution["both"] == pytest.approx(found["failure_rate"])
        elif not (data and config):
            assert attribution["interaction"] is None
    assert any(found["attribution"]["interaction"] is not None for found in report["counterexamples"])


def test_explains_what_it_found(tiny_run):
    _, _, report = tiny_run
    covers = [found["covers"] for found in report["counterexamples"]]
    assert covers == sorted(covers) and covers[-1] == 1
    assert sorted(found["representative"] for found in report["counterexamples"]) == list(range(1, len(covers) + 1))
    assert 0 < report["coverage"]["5"] <= report["coverage"]["10"] <= report["coverage"]["20"] <= 1
    shared = [found["attribution"]["genes"] for found in report["counterexamples"] if found["attribution"]["genes"]]
    assert shared and all(sum(gene["share"] for gene in genes) == pytest.approx(1) for genes in shared)
    assert any(row["reference"] for row in report["tolerance"])
    for found in report["counterexamples"]:
        change = found["accuracy"]
        if change:
            assert change["observed"] == pytest.approx(
                change["reference"] + (change["gained"] - change["lost"]) / change["images"])


def test_every_case_replays_bit_for_bit(tiny_run):
    _, out, report = tiny_run
    cases = [out / example["case"] for found in report["counterexamples"] for example in found["examples"]]
    assert len(cases) >= len(report["counterexamples"])
    done = run("replay", *cases)
    assert done.returncode == 1, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["same"] * len(cases)
    assert all(case.with_suffix(".png").read_bytes().startswith(b"\x89PNG") for case in cases)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_number_of_workers_changes_nothing(tiny_run, tmp_path, workers):
    _, out, _ = tiny_run
    again = tmp_path / "run"
    run("search", *TINY_RUN, "--workers", workers, "--out", again)
    assert comparable(again) == comparable(out)
    assert (again / "journal.jsonl").read_bytes() == (out / "journal.jsonl").read_bytes()


def test_another_seed_is_another_search(tiny_run, tmp_path):
    _, out, _ = tiny_run
    run("search", *TINY_RUN, "--seed", 2, "--out", tmp_path / "run")
    assert (tmp_path / "run/journal.jsonl").read_bytes() != (out / "journal.jsonl").read_bytes()


@pytest.mark.parametrize("strategy", ["random", "sparse_random", "one_at_a_time", "evolution", "grid"])
def test_other_strategies_run(tmp_path, strategy):
    done = run("search", TINY, IMAGES, "--limit", 200, "--budget", 1000, "--strategy", strategy, "--out", tmp_path / "run")
    assert done.returncode in (0, 1), done.stderr


@pytest.fixture(scope="module")
def image_run(tmp_path_factory):
    """A finished search of the worst variance per image: (process, run directory, report)."""
    out = tmp_path_factory.mktemp("image") / "run"
    done = run("search", TINY, IMAGES, "--limit", 400, "--budget", 2000, "--scope", "image", "--out", out)
    return done, out, json.loads((out / "report.json").read_text())


def test_scope_image_reports_accuracy_under_the_worst_of_each_image(image_run):
    done, out, report = image_run
    assert done.returncode == 1, done.stderr
    assert "worst per image" in done.stdout and "Worst per image" in (out / "report.html").read_text()
    assert all(len(line) <= 80 for line in done.stdout.splitlines() if "replay" not in line and "report:" not in line)
    jsonschema.validate(report, json.loads((SOURCE / "configs/schema/report.schema.json").read_text()))
    robust, lines = report["robust_accuracy_image"], [json.loads(line) for line in (out / "per_image.jsonl").open()]
    assert (report["space"]["scope"], report["space"]["strategy"]) == ("image", "per_image")
    assert len(lines) == report["space"]["search_images"]
    assert sum(line["broken"] for line in lines) == robust["broken"] > len(lines) / 2
    assert robust["value"] == pytest.approx((len(lines) - robust["broken"]) / robust["images"])
    assert robust["evaluations_per_image"] == pytest.approx(sum(line["evaluations"] for line in lines) / len(lines))
    assert robust["value"] < report["robust_accuracy"]["value"]


def test_what_broke_an_image_breaks_it_again(image_run):
    _, out, _ = image_run
    names = [path.relative_to(IMAGES).as_posix() for path in sorted(IMAGES.rglob("*.png"))]
    broken = [line for line in map(json.loads, (out / "per_image.jsonl").open()) if line["broken"]][:20]
    asked = [{**line["variance"], "images": [names.index(line["image"])]} for line in broken]
    assert [outcome["failures"] for outcome in evaluate(TINY, IMAGES, *asked)] == [1] * len(broken)


@pytest.mark.parametrize("workers", [1, 3])
def test_scope_image_is_the_same_at_any_number_of_workers(image_run, tmp_path, workers):
    _, out, _ = image_run
    run("search", TINY, IMAGES, "--limit", 400, "--budget", 2000, "--scope", "image", "--workers", workers, "--out", tmp_path / "run")
    assert comparable(tmp_path / "run") == comparable(out)
    assert (tmp_path / "run/per_image.jsonl").read_bytes() == (out / "per_image.jsonl").read_bytes()


def test_a_run_of_scope_model_leaves_no_images_of_an_earlier_one(tmp_path):
    common = ("search", TINY, IMAGES, "--limit", 200, "--budget", 300, "--knobs", "none", "--after-budget", 1, "--force", "--out", tmp_path / "run")
    run(*common, "--scope", "image")
    assert (tmp_path / "run/per_image.jsonl").exists()
    run(*common)
    assert not (tmp_path / "run/per_image.jsonl").exists()
    assert json.loads((tmp_path / "run/report.json").read_text())["robust_accuracy_image"] is None


@pytest.mark.parametrize("rule", [("--stop-after", 2), ("--patience", 2, "--transforms", "jpeg")])
def test_stop_rules_end_a_complete_search_early(tmp_path, rule):
    common = ("search", TINY, IMAGES, "--limit", 200, "--budget", 20000, "--knobs", "none", "--after-budget", 500)
    done = run(*common, "--strategy", "random", *rule, "--out", tmp_path / "run")
    assert done.returncode in (0, 1), done.stderr
    report = json.loads((tmp_path / "run/report.json").read_text())
    assert report["status"] == "complete"
    assert report["budget"]["evaluations"] < 10000


@pytest.mark.parametrize("side,absent", [("--transforms", "data"), ("--knobs", "config")])
def test_one_side_alone_can_be_searched(tmp_path, side, absent):
    done = run("search", TINY, IMAGES, "--limit", 200, "--budget", 1000, side, "none", "--out", tmp_path / "run")
    assert done.returncode in (0, 1), done.stderr
    report = json.loads((tmp_path / "run/report.json").read_text())
    assert all(absent not in found["variance"] for found in report["counterexamples"])


@pytest.mark.parametrize("oracle", ["consistency", "divergence", "label"])
def test_every_guiding_oracle_runs(tmp_path, oracle):
    done = run("search", TINY, IMAGES, "--limit", 200, "--budget", 1000, "--oracle", oracle, "--out", tmp_path / "run")
    assert done.returncode in (0, 1), done.stderr
    report = json.loads((tmp_path / "run/report.json").read_text())
    assert all(found["oracle"] in (oracle, "numeric", "crash") for found in report["counterexamples"])
    assert (report["budget"]["divergence"] > 0) == (oracle == "divergence")


def test_images_without_labels_are_judged_by_consistency(tmp_path):
    done = run("search", TINY, IMAGES / "sandal", "--budget", 1000, "--out", tmp_path / "run")
    assert done.returncode in (0, 1), done.stderr
    report = json.loads((tmp_path / "run/report.json").read_text())
    assert report["baseline"]["accuracy"] is None and report["robust_accuracy"] is None
    assert report["space"]["oracle"] == "consistency"


def test_fail_on_none_exits_0(tmp_path):
    done = run("search", TINY, IMAGES, "--limit", 200, "--budget", 1000, "--fail-on", "none", "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr


def test_out_of_time_is_partial_and_exits_5(tmp_path):
    done = run("search", TINY, IMAGES, "--limit", 200, "--budget", 100000000, "--max-seconds", 10, "--knobs", "none",
               "--out", tmp_path / "run")
    assert done.returncode == 5, done.stderr
    assert json.loads((tmp_path / "run/report.json").read_text())["status"] == "partial"


def test_interrupt_saves_and_exits_130(tmp_path):
    out = tmp_path / "run"
    process = subprocess.Popen([BINARY, "search", TINY, IMAGES, "--budget", "100000000", "--out", out],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not ((out / "journal.jsonl").exists() and (out / "journal.jsonl").stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    report = json.loads((out / "report.json").read_text())
    assert report["status"] == "partial"
    assert report["dropped"]["not_tested"] + len(report["counterexamples"]) + report["dropped"]["unconfirmed"] > 0


def test_a_run_is_not_overwritten_without_force(tmp_path):
    out = tmp_path / "run"
    arguments = ("search", TINY, IMAGES, "--limit", 200, "--budget", 500, "--out", out)
    run(*arguments)
    (out / "mine.txt").write_text("keep")
    before = (out / "report.json").read_bytes()
    refused = run(*arguments)
    assert refused.returncode == 2 and "--force" in refused.stderr
    assert (out / "report.json").read_bytes() == before
    assert run(*arguments, "--force").returncode in (0, 1)
    assert (out / "mine.txt").read_text() == "keep"


def test_dry_run_writes_nothing(tmp_path):
    done = run("search", TINY, IMAGES, "--dry-run", "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert "evaluations: 20000" in done.stdout and "rotate" in done.stdout
    assert not (tmp_path / "run").exists()
    assert "no CUDA device: device=cuda" in done.stdout and "memory: in each of" in done.stdout


def test_knobs_without_effect_are_listed(tiny_run):
    _, _, report = tiny_run
    reasons = {row["reason"] for row in report["unavailable_knobs"]}
    assert reasons <= {"no_effect", "unavailable", "emulated", "fails"}
    searched = {knob["knob"]: knob["values"] for knob in report["space"]["knobs"]}
    for row in report["unavailable_knobs"]:
        assert row["value"] not in searched.get(row["knob"], [])
