import json

import pytest
from conftest import IMAGES, MODEL, TINY, evaluate, run

COMMANDS = ("search", "sweep", "evaluate", "replay", "perturb", "list", "doctor", "gate", "init", "status", "schema", "completion")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches(command):
    done = run(command, "--help")
    assert done.returncode == 0 and done.stdout.startswith(done.stdout.splitlines()[0]) and "Options" in done.stdout


def test_version_and_help():
    assert run("--version").stdout.startswith("robustcheck 0.")
    assert all(command in run("--help").stdout for command in COMMANDS)


@pytest.mark.parametrize("what", ["transforms", "knobs", "oracles", "profiles", "strategies"])
def test_list_is_json_with_names(what):
    entries = json.loads(run("list", what, "--json").stdout)
    assert all(entry["name"] for entry in entries)
    plain = run("list", what).stdout
    assert all(entry["name"] in plain for entry in entries)


def test_the_first_transforms_and_knobs_are_there():
    transforms = {entry["name"]: entry for entry in json.loads(run("list", "transforms", "--json").stdout)}
    assert set(transforms) >= {"rotate", "translate", "zoom", "shear", "brightness", "contrast", "saturation", "gaussian_noise",
                               "gaussian_blur", "motion_blur", "jpeg", "occlude"}
    assert transforms["rotate"]["parameters"][0]["low"] == -45
    knobs = {entry["name"]: entry for entry in json.loads(run("list", "knobs", "--json").stdout)}
    assert set(knobs) >= {"precision", "threads", "batch_size", "memory_format", "graph", "onednn", "weight_only", "resize_filter"}
    assert knobs["precision"]["reference"] == "fp32"


def test_the_empty_variance_is_the_clean_accuracy():
    outcome, = evaluate(MODEL, IMAGES, {})
    assert outcome["images"] == 1000 and outcome["failures"] == 0 and outcome["status"] == "ok"
    assert outcome["accuracy"] == pytest.approx(outcome["eligible"] / 1000)
    assert outcome["accuracy"] > 0.9 and outcome["magnitude"] == 0


def test_evaluate_answers_every_line_in_order():
    done = run("evaluate", TINY, IMAGES, "--limit", 100, stdin='{}\n{"data": 3}\nnonsense\n{"config": {"precision": "bf17"}}\n'
               '{"data": [{"transform": "rotate", "degrees": 40}], "images": [0, 1, 2]}\n')
    assert done.returncode == 0, done.stderr
    outcomes = [json.loads(line) for line in done.stdout.splitlines()]
    assert [outcome["status"] for outcome in outcomes] == ["ok", "invalid", "invalid", "invalid", "ok"]
    assert "stdin:4" in outcomes[3]["message"] and "did you mean 'bf16'?" in outcomes[3]["message"]
    assert outcomes[4]["images"] == 3


def test_failed_images_are_eligible_and_counted():
    outcome, = evaluate(TINY, IMAGES, {"data": [{"transform": "rotate", "degrees": 45}]})
    assert len(outcome["failed"]) == outcome["failures"] > 0
    assert outcome["failure_rate"] == pytest.approx(outcome["failures"] / outcome["eligible"])
    assert outcome["ci95"][0] < outcome["failure_rate"] < outcome["ci95"][1]


def test_perturbed_pictures_do_not_depend_on_the_other_images(tmp_path):
    (tmp_path / "v.json").write_text(json.dumps({"data": [{"transform": "gaussian_noise", "sigma": 0.1}]}))
    for out, images in (("all", IMAGES), ("one", IMAGES / "sandal")):
        done = run("perturb", images, "--variance", tmp_path / "v.json", "--out", tmp_path / out)
        assert done.returncode == 0, done.stderr
    some = sorted((tmp_path / "one").glob("*.png"))
    assert len(some) == 100
    assert all(path.read_bytes() == (tmp_path / "all/sandal" / path.name).read_bytes() for path in some)
    assert any(path.read_bytes() != (IMAGES / "sandal" / path.name).read_bytes() for path in some)


def test_doctor_describes_machine_and_knobs():
    assert "torch" in run("doctor").stdout
    done = run("doctor", TINY, "--images", IMAGES)
    assert done.returncode == 0, done.stderr
    assert ["precision", "weights_bf16", "applied"] in [line.split()[:3] for line in done.stdout.splitlines()]


def test_replay_on_another_model_may_find_the_case_fixed(tiny_run):
    _, out, report = tiny_run
    cases = [out / example["case"] for found in report["counterexamples"] for example in found["examples"]]
    done = run("replay", *cases, "--model", MODEL)
    states = [line.split()[0] for line in done.stdout.splitlines()]
    assert set(states) <= {"fails", "fixed"} and "fixed" in states


def test_scores_are_the_networks_output():
    done = run("evaluate", TINY, IMAGES, "--scores", stdin='{"images": [3, 5]}\n')
    outcome = json.loads(done.stdout)
    assert len(outcome["scores"]) == 2 and all(len(row) == 10 for row in outcome["scores"])


def test_bounds_on_workers_pools_and_memory_change_nothing():
    variances = [{"config": config} for config in (
        {"cpu_capability": "default"}, {"precision": "bf16"}, {"onednn_isa": "sse41"}, {"graph": "frozen"},
        {"cpu_capability": "default", "threads": 2}, {"onednn_isa": "sse41", "mkl_cbwr": "compatible"}, {"graph": "optimized"})]
    lines = "".join(json.dumps(variance) + "\n" for variance in variances)
    bounds = (["--workers", 1, "--max-pools", 1, "--memory", 1], ["--workers", 2, "--max-pools", 4, "--memory", 2048])
    few, many = (run("evaluate", TINY, IMAGES, "--limit", 100, "--scores", *options, stdin=lines) for options in bounds)
    assert few.returncode == 0, few.stderr
    assert len(few.stdout.splitlines()) == len(variances)
    assert few.stdout == many.stdout


def test_a_knob_that_cannot_be_applied_says_so():
    done = run("evaluate", TINY, IMAGES, "--limit", 20, stdin='{"config": {"device": "cuda"}}\n{"config": {"device": "cuda", "cudnn_tf32": "off"}}\n')
    for line in map(json.loads, done.stdout.splitlines()):
        assert line["status"] in ("ok", "unavailable")
        assert line["status"] == "ok" or line["message"] == "no CUDA device"
