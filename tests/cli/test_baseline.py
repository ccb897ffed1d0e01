"""search --baseline OLD_REPORT and gate: a release is compared with the last one by measuring the same variances."""
import json
import os
import shutil
import signal
import subprocess

import pytest
from conftest import BINARY, IMAGES, TINY, run

LIMIT = ("--limit", 400)
INT4 = """
import sys, torch
model = torch.jit.load(sys.argv[1]).eval()
with torch.no_grad():
    for weight in (p for p in model.parameters() if p.dim() > 1):
        scale = weight.abs().amax() / 7
        weight.copy_((weight / scale).round().clamp(-8, 7) * scale)
model.save(sys.argv[2])
"""


@pytest.fixture(scope="module")
def old(tiny_run, tmp_path_factory):
    """The run that a release was judged by."""
    return tiny_run[1]


@pytest.fixture(scope="module")
def damaged(tmp_path_factory):
    """The same network with its weights rounded to int4, by one scale per tensor."""
    if "REFERENCE_PYTHON" not in os.environ:
        pytest.skip("needs REFERENCE_PYTHON, with torch")
    path = tmp_path_factory.mktemp("damaged") / "tiny.pt"
    subprocess.run([os.environ["REFERENCE_PYTHON"], "-c", INT4, str(TINY), str(path)], check=True)
    shutil.copy(TINY.with_suffix(".json"), path.with_suffix(".json"))
    return path


def read(out):
    return json.loads((out / "report.json").read_text())


def policy(folder, rules):
    (folder / "policy.json").write_text(json.dumps(rules))
    return folder / "policy.json"


def verdicts(report):
    return {row["verdict"] for row in report["baseline_variances"]}


def test_two_seeds_of_one_model_gate_as_the_same(old, tmp_path):
    done = run("search", TINY, IMAGES, *LIMIT, "--budget", 2000, "--seed", 2, "--baseline", old, "--out", tmp_path / "run")
    assert "everything is the same" in " ".join(done.stdout.split())
    report = read(tmp_path / "run")
    assert report["compared_with"]["same"] is True and verdicts(report) == {"same"}
    assert report["budget"]["baseline_variances"] == 0
    rules = policy(tmp_path, {"forbid": ["new", "worse"], "max_drop_against_baseline": 0.0})
    for options in (("--baseline", old / "report.json"), ()):
        gated = run("gate", tmp_path / "run", "--policy", rules, *options, "--json")
        changes = {row["change"] for row in json.loads(gated.stdout)["comparison"]}
        assert changes == {"same"}, gated.stdout
    rules = policy(tmp_path, {"forbid": ["new", "worse"], "max_failure_rate": 1.0})
    assert run("gate", tmp_path / "run", "--policy", rules, "--baseline", old).returncode == 0


def test_a_damaged_model_gates_as_worse_with_the_variances_named(old, damaged, tmp_path):
    done = run("search", damaged, IMAGES, *LIMIT, "--candidates", old, "--baseline", old, "--out", tmp_path / "run")
    assert done.returncode == 1, done.stderr
    report = read(tmp_path / "run")
    worse = [row for row in report["baseline_variances"] if row["verdict"] == "worse"]
    assert worse and report["compared_with"]["same"] is False
    assert all(row["here"]["failures"] > row["there"]["failures"] and row["here"]["images"] == row["there"]["images"] for row in worse)
    told = " ".join(done.stdout.split())
    assert f"{len(worse)} worse" in told and any(row["description"] in told for row in worse)
    assert worse[0]["description"] in (tmp_path / "run/report.html").read_text().replace("<wbr>", "")
    gated = run("gate", tmp_path / "run", "--policy", policy(tmp_path, {"forbid": ["worse"]}), "--baseline", old)
    assert gated.returncode == 1 and "worse" in gated.stdout
    alone = run("gate", tmp_path / "run", "--policy", tmp_path / "policy.json")
    assert alone.returncode == 1, "the report holds what was measured"


def test_the_other_way_round_is_better_and_never_worse(damaged, tmp_path):
    first = run("search", damaged, IMAGES, *LIMIT, "--budget", 1500, "--out", tmp_path / "old")
    assert first.returncode == 1, first.stderr
    done = run("search", TINY, IMAGES, *LIMIT, "--candidates", tmp_path / "old", "--baseline", tmp_path / "old", "--out", tmp_path / "run")
    assert done.returncode == 1, done.stderr
    report = read(tmp_path / "run")
    assert verdicts(report) & {"better", "fixed"} and "not_run" not in verdicts(report)
    for row in report["baseline_variances"]:
        if row["verdict"] == "fixed":
            assert row["here"]["failure_rate"] <= 0.05 < row["there"]["failure_rate"]


def test_a_smaller_search_fixes_nothing(old, damaged, tmp_path):
    done = run("search", damaged, IMAGES, *LIMIT, "--strategy", "grid", "--budget", 64, "--out", tmp_path / "run")
    assert done.returncode in (0, 1, 5), done.stderr
    gated = run("gate", tmp_path / "run", "--policy", policy(tmp_path, {"forbid": ["new", "worse"]}), "--baseline", old, "--json")
    answer = json.loads(gated.stdout)
    assert gated.returncode == 5, gated.stdout
    assert not {row["change"] for row in answer["comparison"]} & {"fixed", "better", "worse", "new"}
    assert any("strategy was genetic there" in note for note in answer["notes"])


def test_what_is_found_here_is_run_on_the_old_model(old, damaged, tmp_path):
    options = ("--budget", 600, "--transforms", "rotate", "--knobs", "none")
    done = run("search", damaged, IMAGES, *LIMIT, *options, "--baseline", old, "--out", tmp_path / "run")
    report = read(tmp_path / "run")
    here = [row for row in report["baseline_variances"] if row["found"] == "here"]
    assert here and all(row["there"]["images"] == row["here"]["images"] > 0 for row in here), done.stdout
    assert {row["variance"]["data"][0]["transform"] for row in here} == {"rotate"}


def test_an_old_model_that_is_gone_leaves_new_open(old, damaged, tmp_path):
    moved = json.loads((old / "report.json").read_text())
    moved["model"]["path"] = "/nowhere/old.pt"
    (tmp_path / "old.json").write_text(json.dumps(moved))
    options = ("--budget", 600, "--transforms", "rotate", "--knobs", "none")
    run("search", damaged, IMAGES, *LIMIT, *options, "--baseline", tmp_path / "old.json", "--out", tmp_path / "run")
    open_rows = [row for row in read(tmp_path / "run")["baseline_variances"] if row["verdict"] == "not_run"]
    assert open_rows and all("/nowhere/old.pt" in row["reason"] and row["found"] == "here" for row in open_rows)
    gated = run("gate", tmp_path / "run", "--policy", policy(tmp_path, {"forbid": ["new"]}))
    assert gated.returncode == 5 and "/nowhere/old.pt" in gated.stdout


def test_a_policy_of_the_search_reads_the_baseline(old, damaged, tmp_path):
    rules = policy(tmp_path, {"forbid": ["worse"], "max_drop_against_baseline": 1.0})
    done = run("search", damaged, IMAGES, *LIMIT, "--candidates", old, "--baseline", old, "--fail-on", rules, "--out", tmp_path / "run")
    assert done.returncode == 1 and "forbid worse" in done.stdout
    assert any(row["change"] == "worse" for row in json.loads((tmp_path / "run/verdict.json").read_text())["comparison"])


@pytest.mark.parametrize("change,options,code,fragment", [
    (lambda report: report["dataset"].update(sha256="1" * 64), (), 3, "other images"),
    (lambda report: None, ("--oracle", "consistency"), 3, "--oracle label"),
    (lambda report: report.update(status="partial"), (), 3, "partial"),
    (lambda report: report.pop("kinds") and report.pop("baseline"), (), 3, "baseline"),
])
def test_a_report_that_nothing_can_be_paired_with_is_refused(old, tmp_path, change, options, code, fragment):
    changed = json.loads((old / "report.json").read_text())
    change(changed)
    (tmp_path / "old.json").write_text(json.dumps(changed))
    done = run("search", TINY, IMAGES, *LIMIT, "--budget", 300, "--baseline", tmp_path / "old.json", *options, "--out", tmp_path / "run")
    assert done.returncode == code and fragment in done.stderr and not (tmp_path / "run").exists(), done.stderr
    assert done.stderr.count("error:") == 1


BREAKS = """
import sys, torch
model = torch.jit.load(sys.argv[1]).eval()
class Wrapped(torch.nn.Module):
    limit: float
    def __init__(self, model, limit: float):
        super().__init__()
        self.model = model
        self.limit = limit
    def forward(self, x):
        scores = self.model(x)
        bright = x.flatten(1).mean(1) > self.limit
        return torch.where(bright.unsqueeze(1), scores * float("nan"), scores)
torch.jit.script(Wrapped(model, float(sys.argv[3]))).save(sys.argv[2])
"""


def test_a_model_that_gives_nothing_is_never_better(tmp_path):
    """It answers with NaN on bright pictures: what it no longer gets wrong it no longer answers."""
    if "REFERENCE_PYTHON" not in os.environ:
        pytest.skip("needs REFERENCE_PYTHON, with torch")
    broken, lines = tmp_path / "broken.pt", tmp_path / "v.jsonl"
    (tmp_path / "breaks.py").write_text(BREAKS)  # torch.jit.script reads the source
    subprocess.run([os.environ["REFERENCE_PYTHON"], tmp_path / "breaks.py", str(TINY), str(broken), "1.0"], check=True)
    shutil.copy(TINY.with_suffix(".json"), broken.with_suffix(".json"))
    lines.write_text(json.dumps({"data": [{"transform": "brightness", "offset": 0.4}]}) + "\n")
    assert run("search", TINY, IMAGES, *LIMIT, "--candidates", lines, "--out", tmp_path / "old").returncode == 1
    lines.write_text(json.dumps({"data": [{"transform": "brightness", "offset": 0.01}]}) + "\n")
    rules = policy(tmp_path, {"forbid": ["numeric", "crash", "worse"]})
    done = run("search", broken, IMAGES, *LIMIT, "--candidates", lines, "--baseline", tmp_path / "old", "--fail-on", rules, "--out", tmp_path / "run")
    row, = [row for row in read(tmp_path / "run")["baseline_variances"] if row["oracle"] == "label"]
    assert row["no_output"] > 0 and row["verdict"] in ("worse", "same"), row
    assert done.returncode in (1, 5) and "gives no usable output" in " ".join(done.stdout.split()), done.stdout


def test_a_signal_before_the_comparison_saves_what_there_is(old, damaged, tmp_path):
    process = subprocess.Popen([str(BINARY), *map(str, ("search", damaged, IMAGES, *LIMIT, "--budget", 100000000, "--baseline", old, "--out", tmp_path / "run"))],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if line.startswith("search"):
            break
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 130 and read(tmp_path / "run")["status"] == "partial"


def test_the_counts_decide_and_not_the_words_of_a_report(old, damaged, tmp_path):
    run("search", damaged, IMAGES, *LIMIT, "--candidates", old, "--baseline", old, "--out", tmp_path / "run")
    changed = read(tmp_path / "run")
    assert any(row["verdict"] == "worse" for row in changed["baseline_variances"])
    for row in changed["baseline_variances"]:
        row["verdict"] = "same"
    (tmp_path / "changed.json").write_text(json.dumps(changed))
    assert run("gate", tmp_path / "changed.json", "--policy", policy(tmp_path, {"forbid": ["worse"]})).returncode == 1


def test_a_missing_baseline_ends_before_anything_runs(tmp_path):
    done = run("search", TINY, IMAGES, "--baseline", tmp_path / "none.json", "--out", tmp_path / "run")
    assert done.returncode == 3 and "none.json" in done.stderr and not (tmp_path / "run").exists()


def test_a_gate_refuses_another_baseline_than_the_one_that_was_measured(old, damaged, tmp_path):
    options = ("--budget", 300, "--transforms", "rotate", "--knobs", "none")
    run("search", damaged, IMAGES, *LIMIT, *options, "--baseline", old, "--out", tmp_path / "run")
    other = json.loads((old / "report.json").read_text())
    other["seed"] = 77
    (tmp_path / "other.json").write_text(json.dumps(other))
    done = run("gate", tmp_path / "run", "--policy", policy(tmp_path, {"forbid": ["worse"]}), "--baseline", tmp_path / "other.json")
    assert done.returncode == 3 and "not the report that this run was compared with" in done.stderr


def test_time_that_is_over_leaves_rows_not_run(old, damaged, tmp_path):
    done = run("search", damaged, IMAGES, *LIMIT, "--budget", 100000000, "--max-seconds", 8, "--baseline", old, "--out", tmp_path / "run")
    assert done.returncode == 5, done.stderr
    report = read(tmp_path / "run")
    assert report["status"] == "partial"
    assert all(row["reason"] for row in report["baseline_variances"] if row["verdict"] == "not_run")
