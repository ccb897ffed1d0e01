"""The quantization and structural knobs against an independent computation in torch: knobs_reference.py beside this file."""
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
MODEL, PREPROCESSING = SOURCE / "data/fashion/fashion.pt", SOURCE / "data/fashion/fashion.json"
VARIANT = f"seed2={SOURCE / 'data/fashion/fashion-seed2.pt'}"
IMAGES, CALIBRATION = 300, 40
ENGINES = ("x86", "onednn", "fbgemm", "qnnpack")
# Largest difference of a score that is allowed; the largest score is 5.8. Measured: 2e-6, also for int8 (where the knob
# itself moves scores by 0.3 and more), but for one image whose value rounds the other way: a step of 7 bits, 0.08.
ONE_STEP, ROUNDING = 0.12, 5e-5
CASES = [({}, ROUNDING)]
CASES += [({"int8": scheme, **({} if engine == "x86" else {"int8_engine": engine})}, ONE_STEP)
          for scheme in ("static_per_tensor", "static_per_channel") for engine in ENGINES]
CASES += [({"weight_only": bits}, ROUNDING) for bits in ("int8", "int6", "int4")]
CASES += [({"batch_norm_eps": "0.001"}, ROUNDING), ({"model_variant": "seed2"}, ROUNDING),
          ({"model_variant": "seed2", "int8": "static_per_channel"}, ONE_STEP)]


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """30 images of each class."""
    folder = tmp_path_factory.mktemp("images")
    for directory in sorted((SOURCE / "data/fashion/images").iterdir()):
        (folder / directory.name).mkdir()
        for path in sorted(directory.iterdir())[: IMAGES // 10]:
            shutil.copy(path, folder / directory.name / path.name)
    return folder


@pytest.fixture(scope="module")
def ours(images):
    lines = "".join(json.dumps({"config": config}) + "\n" for config, _ in CASES)
    command = [BINARY, "evaluate", MODEL, images, "--scores", "--variant", VARIANT, "--calibration-images", CALIBRATION]
    done = subprocess.run([*map(str, command)], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def theirs(images):
    command = [PYTHON, SOURCE / "tests/reference/knobs_reference.py", MODEL, PREPROCESSING, images, CALIBRATION,
               json.dumps([config for config, _ in CASES]), VARIANT]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=True)
    return [np.array(json.loads(line)) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("index", range(len(CASES)), ids=lambda i: json.dumps(CASES[i][0]))
def test_agrees_with_torch(ours, theirs, index):
    config, tolerance = CASES[index]
    assert ours[index]["status"] == "ok", ours[index].get("message")
    found, expected = np.array(ours[index]["scores"]), theirs[index]
    assert found.shape == expected.shape == (IMAGES, 10)
    assert (found.argmax(1) == expected.argmax(1)).mean() >= 0.99
    assert np.abs(found - expected).max() <= tolerance


@pytest.mark.parametrize("index", range(1, len(CASES)), ids=lambda i: json.dumps(CASES[i][0]))
def test_has_an_effect_beyond_the_tolerance_of_the_reference(ours, index):
    moved = np.abs(np.array(ours[index]["scores"]) - np.array(ours[0]["scores"])).max()
    assert moved > 100 * ROUNDING
