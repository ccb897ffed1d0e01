"""Exit 0 means tested: what the search found is confirmed, explained by what is, or named as untested."""
import json
import os
import signal
import subprocess

import jsonschema
import pytest
from conftest import BINARY, CACHE, IMAGES, SOURCE, TINY, run

COMMON = ("search", TINY, IMAGES, "--limit", 400, "--budget", 1000, "--knobs", "precision,weight_only")
FATES = ("unconfirmed", "explained", "merged", "not_reproduced", "not_tested")


def report_of(out):
    report = json.loads((out / "report.json").read_text())
    jsonschema.validate(report, json.loads((SOURCE / "configs/schema/report.schema.json").read_text()))
    budget, dropped = report["budget"], report["dropped"]
    assert budget["confirmed"] + sum(dropped[fate] for fate in FATES) == budget["candidates"]
    in_kinds = sum(kind["status"] == "not_tested" for kind in report["kinds"])
    assert in_kinds == dropped["not_tested"]
    for found in report["counterexamples"]:
        assert found["examples"] and all((out / example["case"]).exists() for example in found["examples"])
    return report


@pytest.mark.parametrize("allowance", [0, 300, 1000, 3000, 1000000])
def test_every_allowance_tells_what_it_did_not_pay_for(tmp_path, allowance):
    done = run(*COMMON, "--after-budget", allowance, "--out", tmp_path / "run")
    report = report_of(tmp_path / "run")
    assert report["status"] == "complete"
    spent = ("screen", "minimise", "confirm", "attribute", "tolerance", "interaction_map")
    assert sum(report["budget"][phase] for phase in spent) <= allowance
    assert done.returncode == (1 if report["counterexamples"] else 5), done.stdout
    assert bool(report["counterexamples"]) == (allowance > 0)
    assert (report["dropped"]["not_tested"] == 0) == (allowance >= 3000)


def test_nothing_tested_names_the_allowance_that_would_do(tmp_path):
    done = run(*COMMON, "--after-budget", 0, "--out", tmp_path / "run")
    assert done.returncode == 5, done.stderr
    needed = report_of(tmp_path / "run")["budget"]["after_needed"]
    assert f"--after-budget {needed} would do" in " ".join(done.stdout.split())
    assert "<error" in (tmp_path / "run/junit.xml").read_text()
    again = run(*COMMON, "--after-budget", needed, "--out", tmp_path / "again")
    assert again.returncode == 1, again.stdout
    assert report_of(tmp_path / "again")["dropped"]["not_tested"] == 0


def test_fail_on_none_is_no_pass_either_where_nothing_was_tested(tmp_path):
    done = run(*COMMON, "--after-budget", 0, "--fail-on", "none", "--out", tmp_path / "run")
    assert done.returncode == 5, done.stdout


def test_a_policy_is_inconclusive_about_what_was_not_tested(tmp_path):
    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps({"max_failure_rate": 0.5}))
    untested = run(*COMMON, "--after-budget", 0, "--fail-on", policy, "--out", tmp_path / "run")
    assert untested.returncode == 5, untested.stdout
    assert "not tested" in untested.stdout
    assert run("gate", tmp_path / "run", "--policy", policy).returncode == 5
    policy.write_text(json.dumps({"max_failure_rate": 1.0}))  # nothing could break it
    assert run("gate", tmp_path / "run", "--policy", policy).returncode == 0


def test_under_a_policy_every_candidate_that_could_break_a_rule_is_tested(tmp_path):
    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps({"max_failure_rate": 0.5}))
    done = run(*COMMON, "--fail-on", policy, "--out", tmp_path / "run")
    report = report_of(tmp_path / "run")
    assert done.returncode == 1, done.stdout
    assert report["dropped"]["not_tested"] == 0
    assert report["budget"]["after_limit"] >= 100 * report["budget"]["candidates"]
    explained = [kind for kind in report["kinds"] if kind["status"] == "explained" and "tested_images" not in kind]
    assert all(kind["failure_rate"] < 0.5 for kind in explained)


def test_a_run_without_findings_says_what_it_would_have_found(tmp_path):
    done = run("search", TINY, IMAGES, "--limit", 400, "--budget", 600, "--knobs", "none", "--transforms", "jpeg",
               "--failure-limit", 0.6, "--out", tmp_path / "run")
    report = report_of(tmp_path / "run")
    assert done.returncode == 0, done.stdout
    assert report["detectable_rate"] > 0.6
    said = " ".join(done.stdout.split())
    assert f"fails on {round(1000 * report['detectable_rate']) / 10:g} % would have been" in said
    assert "would have been" in (tmp_path / "run/report.html").read_text()


def test_the_budget_of_time_is_that_of_the_whole_run(tmp_path):
    done = run("search", TINY, IMAGES, "--limit", 200, "--budget", 100000000, "--knobs", "none", "--max-seconds", 10,
               "--out", tmp_path / "run")
    assert done.returncode == 5, done.stderr
    report = report_of(tmp_path / "run")
    assert report["status"] == "partial" and report["confirmation"]["rule"] == "stopped"
    assert report["counterexamples"]  # the search left time for tests
    for found in report["counterexamples"]:
        assert found["p_value"] <= 0.05 / (found["test"] * (found["test"] + 1))


def test_time_that_is_over_before_the_search_is_no_answer(tmp_path):
    done = run("search", TINY, IMAGES, "--budget", 1000, "--max-seconds", 0.01, "--out", tmp_path / "run")
    assert done.returncode == 5, done.stderr
    assert "--max-seconds 0.01" in done.stderr and not (tmp_path / "run/report.json").exists()


@pytest.mark.parametrize("phase", ["search", "screen", "minimise", "confirm", "attribute", "tolerance"])
def test_an_interrupt_in_any_phase_keeps_the_sums(tmp_path, phase):
    out = tmp_path / "run"
    process = subprocess.Popen([str(BINARY), *map(str, COMMON), "--after-budget", "20000", "--progress", "json", "--out", str(out)],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "XDG_CACHE_HOME": CACHE.name})
    for line in process.stderr:
        if json.loads(line).get("phase") == phase:
            process.send_signal(signal.SIGINT)
            break
    process.communicate(timeout=60)
    report = report_of(out)
    if process.returncode == 130:  # else the phase was over before the signal came
        assert report["status"] == "partial"
        for found in report["counterexamples"]:
            assert found["p_value"] <= 0.05 / (found["test"] * (found["test"] + 1))
    else:
        assert process.returncode == 1
