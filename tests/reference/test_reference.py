"""robustcheck against an independent computation in Python (torch, cv2, Pillow): evaluate_reference.py beside this file."""
import json
import os
import pathlib
import shutil
import subprocess

import pytest

SOURCE = pathlib.Path(os.environ.get("ROBUSTCHECK_SOURCE", pathlib.Path(__file__).parents[2]))
BINARY = os.environ.get("ROBUSTCHECK", str(SOURCE / "build/robustcheck"))
PYTHON = os.environ.get("REFERENCE_PYTHON", str(SOURCE / "build/venv-reference/bin/python"))
MODEL, PREPROCESSING = SOURCE / "data/fashion/fashion.pt", SOURCE / "data/fashion/fashion.json"
IMAGES = 200
ROTATED = {"data": [{"transform": "rotate", "degrees": 30}]}
BF16 = {"config": {"precision": "bf16"}}


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """20 images of each class."""
    folder = tmp_path_factory.mktemp("images")
    for directory in sorted((SOURCE / "data/fashion/images").iterdir()):
        (folder / directory.name).mkdir()
        for path in sorted(directory.iterdir())[: IMAGES // 10]:
            shutil.copy(path, folder / directory.name / path.name)
    return folder


def ours(images, variance):
    """Which images are predicted right: every image right at the reference is eligible, so this tells predictions apart."""
    done = subprocess.run([BINARY, "evaluate", MODEL, images, "--oracle", "label"], input="{}\n" + json.dumps(variance) + "\n", capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def theirs(images, variance):
    done = subprocess.run([PYTHON, SOURCE / "tests/reference/evaluate_reference.py", MODEL, PREPROCESSING, images, json.dumps(variance)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def labels(images):
    classes = json.loads(PREPROCESSING.read_text())["classes"]
    names = sorted(str(path.relative_to(images)) for path in images.rglob("*.png"))
    return [classes.index(name.split("/")[0]) for name in names]


@pytest.mark.parametrize("variance", [
    {}, BF16, ROTATED, {**ROTATED, **BF16},
    {"config": {"precision": "fp16"}}, {"config": {"precision": "fp64"}},
    {"data": [{"transform": "translate", "x": 0.1, "y": -0.05}]},
    {"data": [{"transform": "brightness", "offset": 0.15}, {"transform": "contrast", "factor": 0.7}]},
    {"data": [{"transform": "gaussian_blur", "sigma": 6}, {"transform": "jpeg", "quality": 30}]},
], ids=lambda variance: json.dumps(variance)[:60])
def test_agrees_with_an_independent_computation(images, variance):
    reference, changed = ours(images, variance)
    expected_reference, expected = theirs(images, {}), theirs(images, variance)
    truth = labels(images)
    assert reference["images"] == expected["images"] == IMAGES
    assert abs(changed["accuracy"] - expected["accuracy"]) <= 0.005
    failed = set(changed["failed"])
    eligible = [i for i in range(IMAGES) if expected_reference["predictions"][i] == truth[i]]
    agree = sum((i in failed) == (expected["predictions"][i] != truth[i]) for i in eligible)
    assert abs(reference["eligible"] - len(eligible)) <= 1
    assert agree >= 0.995 * len(eligible)
