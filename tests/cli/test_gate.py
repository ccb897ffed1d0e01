"""gate and search --fail-on POLICY: what a pipeline obeys."""
import copy
import json
import shutil

import pytest
from conftest import FASHION, IMAGES, MODEL, SOURCE, TINY, run


@pytest.fixture
def gate(tiny_run, tmp_path):
    """gate(policy, change=None, *options): gates the tiny run's report, changed by `change`; returns the process."""
    _, _, report = tiny_run

    def call(policy, change=None, *options):
        changed = copy.deepcopy(report)
        if change:
            change(changed)
        (tmp_path / "report.json").write_text(json.dumps(changed))
        (tmp_path / "policy.json").write_text(json.dumps(policy))
        return run("gate", tmp_path / "report.json", "--policy", tmp_path / "policy.json", *options)

    return call


def all_tested(report):
    """As if the search had known the policy: nothing was only explained."""
    report["kinds"] = [kind for kind in report["kinds"] if kind["status"] != "explained"]


def worst(report, key="failure_rate"):
    return max(report["counterexamples"], key=lambda found: found[key])


RULES = {  # measure -> how to find the interval that decides; the side on which the limit is kept
    "max_failure_rate": lambda report: (worst(report)["ci95"], 1),
    "min_robust_accuracy": lambda report: (report["robust_accuracy"]["ci95"], -1),
}


@pytest.mark.parametrize("rule", RULES)
def test_a_limit_just_beyond_and_just_inside_flips_the_outcome(gate, tiny_run, rule):
    ci95, side = RULES[rule](tiny_run[2])
    inner, outer = (ci95[1], ci95[0]) if side > 0 else (ci95[0], ci95[1])
    step = 1e-6
    outcomes = [gate({rule: limit}, all_tested).returncode for limit in (inner, inner - side * step, outer, outer - side * step)]
    assert outcomes == [0, 5, 5, 1]


def test_the_worst_class_rule_flips_too(gate):
    limit, code = -1e-6, 1
    while code == 1:  # the counterexample that decides changes with the limit
        answer = json.loads(gate({"max_worst_class_drop": max(0.0, limit)}, all_tested, "--json").stdout)["rules"][0]
        code = {"pass": 0, "inconclusive": 5, "fail": 1}[answer["outcome"]]
        low, high = answer["ci95"]
        assert code != 1 or low > limit
        limit, failed = (low + 1e-6, low - 1e-6) if code == 1 else (limit, failed)
    assert code == 5
    assert gate({"max_worst_class_drop": failed}, all_tested).returncode == 1
    assert gate({"max_worst_class_drop": min(1.0, high)}, all_tested).returncode in (0, 5)
    assert gate({"max_worst_class_drop": 1.0}, all_tested).returncode == 0


def test_a_band_counts_what_is_no_stronger(gate, tiny_run):
    mildest = min(found["magnitude"] for found in tiny_run[2]["counterexamples"])
    band = lambda most: {"limits": [{"magnitude_at_most": most, "max_failure_rate": 0.05}]}
    assert gate(band(mildest)).returncode in (1, 5)
    assert mildest == 0 or gate(band(mildest - 1e-6)).returncode == 0


def test_a_profile_that_was_not_searched_is_no_pass(gate):
    done = gate({"limits": [{"profile": "severe", "max_failure_rate": 0.99}]})
    assert done.returncode == 5 and "did not include" in done.stdout
    assert gate({"limits": [{"profile": "mild", "max_failure_rate": 0.99}]}).returncode == 0


@pytest.mark.parametrize("status", ["partial", "running", "interrupted", ""])
def test_every_status_other_than_complete_is_5(gate, status):
    done = gate({"max_failure_rate": 1.0}, lambda report: report.update(status=status, schema_version=99))
    assert done.returncode == 5 and status in done.stdout


def test_a_report_without_an_evaluation_is_5(gate):
    def empty(report):
        report["budget"]["evaluations"] = 0
        report["counterexamples"] = []
    assert gate({"max_failure_rate": 1.0}, empty).returncode == 5


@pytest.mark.parametrize("change,fragment", [
    (lambda report: report.update(schema_version=2), "schema_version"),
    (lambda report: report["model"].update(sha256="0" * 64), "not the model"),
    (lambda report: report["dataset"].update(sha256="0" * 64), "not the images"),
    (lambda report: report.pop("counterexamples"), "counterexamples"),
    (lambda report: report["counterexamples"][0].update(ci95=[None, None]), "ci95"),
    (lambda report: report["space"].update(knobs=[{"knob": "precision"}]), "report"),
])
def test_a_report_that_is_about_something_else_is_3(gate, change, fragment):
    done = gate({"max_failure_rate": 1.0, "limits": [{"knob_class": "numerical", "max_failure_rate": 1.0}]}, change)
    assert done.returncode == 3 and fragment in done.stderr, done.stderr


def test_files_that_are_gone_are_named(gate):
    done = gate({"max_failure_rate": 1.0}, lambda report: report["model"].update(path="/nowhere/m.pt"))
    assert done.returncode == 0 and "not checked: /nowhere/m.pt" in done.stdout


@pytest.mark.parametrize("policy,fragment", [
    ({"max_failure_rat": 0.1}, "did you mean 'max_failure_rate'?"),
    ({}, "every model would pass"),
    ({"limits": [{"magnitude": 0.3, "max_failure_rate": 0.1}]}, "unknown key 'magnitude'"),
])
def test_a_wrong_policy_is_2(gate, policy, fragment):
    done = gate(policy)
    assert done.returncode == 2 and fragment in done.stderr


def test_a_missing_report_is_3_and_a_missing_policy_2(tmp_path, tiny_run):
    (tmp_path / "p.json").write_text('{"max_failure_rate": 1}')
    assert run("gate", tmp_path / "none.json", "--policy", tmp_path / "p.json").returncode == 3
    assert run("gate", tiny_run[1], "--policy", tmp_path / "none.json").returncode == 2


def test_every_answer_of_a_baseline_comparison(gate, tiny_run, tmp_path):
    _, _, report = tiny_run
    before = copy.deepcopy(report)
    rated = sorted(before["counterexamples"], key=lambda found: found["failure_rate"])
    low, gone, high, kept = rated[0], rated[1], rated[-1], rated[-2]  # room to have been worse, and better
    same, added, better, worse = (found["signature"] for found in (kept, gone, low, high))
    before["counterexamples"].remove(gone)
    before["kinds"] = [kind for kind in before["kinds"] if kind["signature"] != added]
    low["outcomes"], high["outcomes"] = low["outcomes"].replace("0", "1"), high["outcomes"].replace("1", "0")
    before["counterexamples"].append({**before["counterexamples"][0], "signature": "label:mine", "variance": {"config": {"rounding": "truncate"}}})
    before["model"]["sha256"] = "1" * 64
    (tmp_path / "old.json").write_text(json.dumps(before))
    done = gate({"max_failure_rate": 1.0}, None, "--baseline", tmp_path / "old.json", "--json")
    changes = {row["signature"]: row for row in json.loads(done.stdout)["comparison"]}
    wanted = ["same", "found only here", "better", "new"]  # at no rate before
    assert [changes[name]["change"] for name in (same, added, better, worse)] == wanted
    assert changes["label:mine"]["change"] == "not searched again"
    assert changes[same]["test"].startswith("McNemar")
    assert gate({"forbid": ["new"]}, None, "--baseline", tmp_path / "old.json").returncode == 1
    assert gate({"max_drop_against_baseline": 0.5}, None, "--baseline", tmp_path / "old.json").returncode == 0


def test_equal_hashes_are_never_new_worse_or_fixed(gate, tiny_run, tmp_path):
    """Two searches of one deployment found other things; one of them with another result for the same variance."""
    before = copy.deepcopy(tiny_run[2])
    before["counterexamples"] = before["counterexamples"][1:]
    before["kinds"] = [kind for kind in before["kinds"] if kind["status"] != "confirmed"]
    before["counterexamples"][0]["outcomes"] = before["counterexamples"][0]["outcomes"].replace("1", "0")
    before["robust_accuracy"].update(value=1.0, ci95=[0.99, 1.0])
    (tmp_path / "old.json").write_text(json.dumps(before))
    policy = {"forbid": ["new", "worse"], "max_drop_against_baseline": 0.0}
    done = gate(policy, all_tested, "--baseline", tmp_path / "old.json", "--json")
    assert done.returncode == 0, done.stdout
    changes = {row["change"] for row in json.loads(done.stdout)["comparison"]}
    assert changes == {"found only here", "same"}


def test_a_weaker_search_is_said(gate, tiny_run, tmp_path):
    before = copy.deepcopy(tiny_run[2])
    before["model"]["sha256"] = "1" * 64
    (tmp_path / "old.json").write_text(json.dumps(before))
    less = lambda report: (report["budget"].update(evaluations=640), report["space"].update(strategy="grid"), report["counterexamples"].clear())
    done = gate({"max_failure_rate": 1.0}, less, "--baseline", tmp_path / "old.json")
    assert "strategy was genetic there and is grid here" in " ".join(done.stdout.split())
    assert "fixed" not in done.stdout
    wrong = gate({"max_failure_rate": 1.0}, lambda report: report["space"].update(oracle="consistency"), "--baseline", tmp_path / "old.json")
    assert wrong.returncode == 3 and "--oracle was label there" in wrong.stderr


def test_a_baseline_of_other_images_or_space_is_refused_unless_told(gate, tiny_run, tmp_path):
    for key, change in (("images", lambda r: r["dataset"].update(sha256="1" * 64)), ("transforms", lambda r: r["space"]["transforms"].pop())):
        before = copy.deepcopy(tiny_run[2])
        change(before)
        (tmp_path / "old.json").write_text(json.dumps(before))
        refused = gate({"max_failure_rate": 1.0}, None, "--baseline", tmp_path / "old.json")
        assert refused.returncode == 3 and key in refused.stderr and "--allow-different" in refused.stderr
        assert gate({"max_failure_rate": 1.0}, None, "--baseline", tmp_path / "old.json", "--allow-different").returncode == 0


def test_an_unfinished_baseline_is_5(gate, tiny_run, tmp_path):
    (tmp_path / "old.json").write_text(json.dumps({**tiny_run[2], "status": "partial"}))
    assert gate({"max_failure_rate": 1.0}, None, "--baseline", tmp_path / "old.json").returncode == 5


def test_known_failures_are_allowed_until_their_day(gate, tiny_run):
    report = tiny_run[2]
    confirmed = report["counterexamples"] + [kind for kind in report["kinds"] if kind["status"] == "confirmed"]
    allow = [{"signature": found["signature"], "reason": "known", "expires": "2999-12-31"} for found in confirmed]
    assert gate({"max_failure_rate": 0.05, "allow": allow}, all_tested).returncode == 0
    only_explained = gate({"max_failure_rate": 0.05, "allow": allow})
    assert only_explained.returncode == 5 and "explained, not tested" in " ".join(only_explained.stdout.split())
    for one in allow:
        one["expires"] = "2020-01-01"
    done = gate({"max_failure_rate": 0.05, "allow": allow})
    assert done.returncode == 1 and "no longer allowed, expired 2020-01-01" in done.stdout


@pytest.mark.parametrize("limit,code", [(0.06, 1), (1.0, 0)])
def test_search_obeys_a_policy(tmp_path, limit, code):
    (tmp_path / "policy.json").write_text(json.dumps({"max_failure_rate": limit}))
    done = run("search", TINY, IMAGES, "--limit", 200, "--budget", 1000, "--fail-on", tmp_path / "policy.json", "--out", tmp_path / "run")
    assert done.returncode == code, done.stderr
    assert f"max_failure_rate {limit:g}" in done.stdout
    again = run("gate", tmp_path / "run", "--policy", tmp_path / "policy.json")
    assert again.returncode == code and again.stdout in done.stdout, "gate says later what the search said"


def test_a_partial_search_is_5_under_any_policy(tmp_path):
    (tmp_path / "policy.json").write_text(json.dumps({"max_failure_rate": 1.0}))
    done = run("search", TINY, IMAGES, "--limit", 200, "--budget", 100000000, "--max-seconds", 10, "--knobs", "none",
               "--fail-on", tmp_path / "policy.json", "--out", tmp_path / "run")
    assert done.returncode == 5, done.stderr
    assert run("gate", tmp_path / "run", "--policy", tmp_path / "policy.json").returncode == 5


def test_a_wrong_policy_ends_a_search_before_it_starts(tmp_path):
    (tmp_path / "policy.json").write_text("{}")
    for policy in (tmp_path / "policy.json", "everything"):
        done = run("search", TINY, IMAGES, "--fail-on", policy, "--out", tmp_path / "run")
        assert done.returncode == 2 and not (tmp_path / "run").exists()
