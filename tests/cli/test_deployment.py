"""Checkpoints and int8 networks: what a configuration needs beside the model's file."""
import hashlib
import json

import jsonschema
import pytest
from conftest import FASHION, IMAGES, MODEL, SOURCE, TINY, evaluate, run

SEED2 = FASHION / "fashion-seed2.pt"
SHIFTED = {"data": [{"transform": "rotate", "degrees": 30}]}


def search(model, out, *options):
    """A finished search: (run directory, report)."""
    done = run("search", model, IMAGES, "--limit", 400, "--failure-limit", 0.001, "--variant", f"seed2={SEED2}",
               "--calibration-images", 20, "--out", out, *options)
    assert done.returncode == 1, done.stderr
    return out, json.loads((out / "report.json").read_text())


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory):
    return search(MODEL, tmp_path_factory.mktemp("checkpoints") / "run", "--budget", 1000, "--transforms", "rotate", "--knobs", "model_variant",
                  "--oracle", "divergence")


@pytest.fixture(scope="module")
def int8(tmp_path_factory):
    return search(TINY, tmp_path_factory.mktemp("int8") / "run", "--budget", 3000, "--transforms", "rotate,contrast,gaussian_noise",
                  "--knobs", "int8", "--oracle", "divergence", "--split-seed", 3)


def cases(searched):
    out, report = searched
    return [out / example["case"] for found in report["counterexamples"] for example in found["examples"]]


def schema(name):
    return json.loads((SOURCE / f"configs/schema/{name}.schema.json").read_text())


def test_the_report_names_every_checkpoint(checkpoints):
    _, report = checkpoints
    jsonschema.validate(report, schema("report"))
    assert [variant["name"] for variant in report["variants"]] == ["seed2"]
    assert report["variants"][0]["path"] == str(SEED2)
    assert report["space"]["calibration_images"] == 20


@pytest.mark.parametrize("name, variants, calibration", [("checkpoints", ["seed2"], 0), ("int8", [], 20)])
def test_cases_hold_what_their_configuration_needs_and_replay_bit_for_bit(name, variants, calibration, request):
    paths = cases(request.getfixturevalue(name))
    assert paths
    for path in paths:
        case = json.loads(path.read_text())
        jsonschema.validate(case, schema("case"))
        assert list(case["variants"]) == variants
        assert len(case["calibration"]) == calibration
    done = run("replay", *paths)
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["same"] * len(paths), done.stderr


def test_no_network_is_calibrated_on_an_image_of_the_confirmation_half(int8):
    for path in cases(int8):
        case = json.loads(path.read_text())
        halves = [hashlib.sha256(f"{image['sha256']}/3".encode()).digest()[-1] & 1 for image in [case["image"], *case["calibration"]]]
        assert halves == [1] + [0] * 20


def test_a_case_whose_checkpoint_changed_exits_3(checkpoints, tmp_path):
    path = cases(checkpoints)[0]
    case = json.loads(path.read_text())
    case["variants"]["seed2"]["sha256"] = "0" * 64
    (tmp_path / "c.json").write_text(json.dumps(case))
    done = run("replay", tmp_path / "c.json")
    assert done.returncode == 3 and "has SHA-256" in done.stderr
    case["variants"]["seed2"]["path"] = "/nowhere/x.pt"
    (tmp_path / "c.json").write_text(json.dumps(case))
    assert "variant /nowhere/x.pt is not there" in run("replay", tmp_path / "c.json").stderr


def test_int8_gives_the_same_bits_with_any_number_of_workers():
    config = {**SHIFTED, "config": {"int8": "static_per_channel"}}
    one, two = (evaluate(MODEL, IMAGES, config, options=["--limit", 200, "--workers", n, "--scores"]) for n in (1, 2))
    assert one == two


@pytest.mark.parametrize("argument, code, message", [
    ("x.pt", 2, "--variant x.pt: is not NAME=FILE"),
    ("a=/nowhere/x.pt", 3, "/nowhere/x.pt"),
    (f"a={SOURCE / 'tests/data/models/state_dict.pt'}", 3, "this is a state_dict"),
])
def test_a_checkpoint_that_cannot_be_used_is_refused(argument, code, message):
    done = run("evaluate", MODEL, IMAGES, "--limit", 20, "--variant", argument, stdin="{}\n")
    assert done.returncode == code and message in done.stderr


def test_a_checkpoint_of_another_task_is_unavailable_and_no_counterexample():
    other = f"other={SOURCE / 'tests/data/models/four_classes.pt'}"
    outcome, = evaluate(MODEL, IMAGES, {"config": {"model_variant": "other"}}, options=["--limit", 20, "--variant", other], code=5)
    assert outcome["status"] == "unavailable"
    assert "outputs per image" in outcome["message"]


def test_an_unknown_checkpoint_is_named():
    outcome, = evaluate(MODEL, IMAGES, {"config": {"model_variant": "seed3"}},
                        options=["--limit", 20, "--variant", f"seed2={SEED2}"], code=5)
    assert outcome["status"] == "invalid"
    assert "did you mean 'seed2'?" in outcome["message"]


@pytest.fixture
def attention(tmp_path):
    """A network that LibTorch's quantisation passes cannot convert (met call by call, they read a null pointer)."""
    model = tmp_path / "attention.pt"
    model.write_bytes((SOURCE / "tests/data/models/attention.pt").read_bytes())
    preprocessing = {"input": {"width": 8, "height": 8, "channels": "rgb"}, "resize": {"rule": "exact", "filter": "pillow-bilinear"},
                     "scale": 0.00392156862745098, "mean": [0.5] * 3, "std": [0.5] * 3, "output": "logits"}
    model.with_suffix(".json").write_text(json.dumps(preprocessing))
    return model


@pytest.fixture
def few_images(tmp_path):
    """Four images without labels."""
    folder = tmp_path / "few"
    folder.mkdir()
    for path in sorted((IMAGES / "bag").iterdir())[:4]:
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def test_a_network_that_no_quantisation_pass_converts_is_unavailable_not_a_dead_worker(attention, few_images):
    int8, bf16, reference = evaluate(attention, few_images, {"config": {"int8": "static_per_channel"}},
                                     {"config": {"precision": "bf16"}}, {}, code=5)
    assert int8["status"] == "unavailable" and "cannot be converted" in int8["message"]
    assert bf16["status"] == reference["status"] == "ok"


def test_a_search_drops_what_cannot_be_converted_and_says_so(attention, few_images, tmp_path):
    done = run("search", attention, few_images, "--knobs", "int8,weight_only", "--transforms", "rotate", "--budget", 100, "--fail-on", "none",
               "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    dropped = json.loads((tmp_path / "run/report.json").read_text())["unavailable_knobs"]
    assert {(row["value"], row["reason"]) for row in dropped if row["knob"] == "int8"} == {
        ("static_per_tensor", "unavailable"), ("static_per_channel", "unavailable")}


def test_a_value_that_acts_beside_another_knob_is_tried_at_each_of_its_values(tmp_path):
    """int8_engine=fbgemm was called bit-equal to the reference: it was compared with one of two kinds of int8."""
    run("search", TINY, IMAGES, "--limit", 200, "--budget", 64, "--transforms", "none", "--knobs", "int8,int8_engine", "--out", tmp_path / "run")
    report = json.loads((tmp_path / "run/report.json").read_text())
    searched = {knob["knob"]: knob["values"] for knob in report["space"]["knobs"]}
    silent = [row for row in report["unavailable_knobs"] if row["knob"] == "int8_engine" and row["reason"] == "no_effect"]
    for row in silent:
        assert "bit-equal to the reference" not in row["message"]
        assert "int8=static_per_channel and int8=static_per_tensor" in row["message"], row
    assert len(silent) + len(searched.get("int8_engine", [])) + sum(
        row["knob"] == "int8_engine" and row["reason"] != "no_effect" for row in report["unavailable_knobs"]) == 3
