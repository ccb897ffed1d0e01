"""Every kind of export under every knob of model scope, against the same network in torch: exports_reference.py beside this file."""
import json
import os
import pathlib
import shutil
import subprocess

import numpy as np
import pytest

SOURCE = pathlib.Path(os.environ.get("ROBUSTCHECK_SOURCE", pathlib.Path(__file__).parents[2]))
BINARY = os.environ.get("ROBUSTCHECK", str(SOURCE / "build/robustcheck"))
PYTHON = os.environ.get("REFERENCE_PYTHON", str(SOURCE / "build/venv-reference/bin/python"))
PER_CLASS, CALIBRATION = 8, 20
KINDS = ("traced", "scripted", "frozen", "wrapped", "half_frozen", "index", "mask", "number", "complex", "table", "depthwise",
         "ensemble", "quantized")
EXACT = 1e-4  # of scores up to 12: what no knob that rounds is allowed to move
# What torch cannot reach in a file either (folded or packed before it was saved), or would not do to one.
UNAVAILABLE = {
    ("frozen", "batch_norm_eps=0.001"), ("wrapped", "batch_norm_eps=0.001"), ("half_frozen", "batch_norm_eps=0.001"),
    ("frozen", "graph=frozen"), ("depthwise", "batch_norm_eps=0.001"), ("depthwise", "pool_ceil_mode=ceil"), ("complex", "precision=bf16"), ("complex", "precision=fp16"),
    *(("quantized", knob) for knob in ("precision=bf16", "precision=fp16", "precision=fp64", "precision=weights_bf16",
                                       "precision=weights_fp16", "weight_only=int8", "weight_only=int6", "weight_only=int4",
                                       "int8=static_per_channel", "batch_norm_eps=0.001")),
}
# Frozen, what freezing folds is folded already.
DONE = {("wrapped", "graph=frozen"), ("half_frozen", "graph=frozen")}
# Arithmetic in a few bits, on weights that freezing has folded before: other roundings, of the same size.
LOOSE = {"precision=bf16", "precision=fp16", "precision=autocast_bf16", "precision=weights_bf16", "precision=weights_fp16",
         "int8=static_per_channel"}


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    for directory in sorted((SOURCE / "data/fashion/images").iterdir()):
        (folder / directory.name).mkdir()
        for path in sorted(directory.iterdir())[:PER_CLASS]:
            shutil.copy(path, folder / directory.name / path.name)
    return folder


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    subprocess.run([PYTHON, str(SOURCE / "tests/data/make_exports.py"), str(folder), *KINDS], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def theirs(models, images):
    command = [PYTHON, SOURCE / "tests/reference/exports_reference.py", models, images, CALIBRATION]
    return json.loads(subprocess.run([*map(str, command)], capture_output=True, text=True, check=True).stdout)


def ours(model, images, knobs):
    configs = [dict([knob.split("=")]) if knob else {} for knob in knobs]
    lines = "".join(json.dumps({"config": config}) + "\n" for config in configs)
    done = subprocess.run([BINARY, "evaluate", str(model), str(images), "--scores", "--calibration-images", str(CALIBRATION)], input=lines, capture_output=True, text=True)
    return dict(zip(knobs, map(json.loads, done.stdout.splitlines()), strict=True))


def check(knob, outcome, ours_at_reference, expected, reference):
    """The scores are torch's, and so is what the knob moved: never nothing where torch sees an effect."""
    found, expected, reference = np.array(outcome["scores"]), np.array(expected), np.array(reference)
    moved, moved_here = np.abs(expected - reference).max(), np.abs(found - np.array(ours_at_reference["scores"])).max()
    assert np.abs(found - expected).max() <= (1.5 * moved if knob in LOOSE else EXACT)
    flips = (found.argmax(1) != reference.argmax(1)).sum(), (expected.argmax(1) != reference.argmax(1)).sum()
    assert abs(int(flips[0]) - int(flips[1])) <= (2 if knob in LOOSE else 0)
    assert moved == 0 or moved_here > 0, "no effect"
    assert moved < EXACT or moved_here > moved / 2, "less than half of the effect"


@pytest.mark.parametrize("kind", KINDS)
def test_a_knob_does_to_a_file_what_torch_does_to_its_network_or_is_unavailable(models, images, theirs, kind):
    outcomes = ours(models / f"{kind}.pt", images, list(theirs[kind]))
    for knob, outcome in outcomes.items():
        if (kind, knob) in UNAVAILABLE:
            assert outcome["status"] == "unavailable" and outcome["message"], (knob, outcome)
            continue
        assert outcome["status"] == "ok", (knob, outcome["message"])
        expected = theirs[kind]["" if (kind, knob) in DONE else knob]
        assert expected is not None, (knob, "torch cannot, and it ran here")
        check(knob, outcome, outcomes[""], expected, theirs[kind][""])
