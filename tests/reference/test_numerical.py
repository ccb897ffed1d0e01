"""Every numerical knob against the same network in torch in Python: numerical_reference.py beside this file."""
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
IMAGES = 200
TOLERANCE = 1e-5  # of scores up to 12; with one library on one machine they were bit-equal for every configuration

CONFIGS = [
    {},
    *({"precision": value} for value in ("bf16", "fp16", "fp64", "autocast_bf16", "weights_bf16", "weights_fp16")),
    *({"batch_size": size} for size in (1, 2, 8, 16, 64)),
    {"batch_position": "reversed"},
    {"threads": 2}, {"threads": 4}, {"threads": 2, "batch_size": 1},
    {"memory_format": "channels_last"},
    {"graph": "frozen"}, {"graph": "optimized"},
    {"onednn": "off"},
    {"float32_precision": "tf32"}, {"float32_precision": "bf16"},
    {"deterministic": "on"}, {"flush_denormal": "on"}, {"jit_fusion": "off"}, {"nnpack": "off"},
    {"graph": "optimized", "memory_format": "channels_last"},
    {"graph": "frozen", "precision": "bf16"},
    {"precision": "autocast_bf16", "memory_format": "channels_last"},
    {"onednn": "off", "precision": "weights_fp16", "threads": 2},
]
# What the environment of Python must say for the knobs of one.
ENVIRONMENTS = [
    ({"cpu_capability": "default"}, {"ATEN_CPU_CAPABILITY": "default"}),
    ({"cpu_capability": "avx2"}, {"ATEN_CPU_CAPABILITY": "avx2"}),
    ({"onednn_isa": "sse41"}, {"ONEDNN_MAX_CPU_ISA": "SSE41"}),
    ({"onednn_isa": "avx2"}, {"ONEDNN_MAX_CPU_ISA": "AVX2"}),
    ({"mkl_cbwr": "compatible"}, {"MKL_CBWR": "COMPATIBLE"}),
    ({"onednn_fpmath": "bf16"}, {"ONEDNN_DEFAULT_FPMATH_MODE": "BF16"}),
    ({"onednn_isa": "sse41", "mkl_cbwr": "compatible"}, {"ONEDNN_MAX_CPU_ISA": "SSE41", "MKL_CBWR": "COMPATIBLE"}),
]


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """20 images of each class."""
    folder = tmp_path_factory.mktemp("images")
    for directory in sorted((SOURCE / "data/fashion/images").iterdir()):
        (folder / directory.name).mkdir()
        for path in sorted(directory.iterdir())[: IMAGES // 10]:
            shutil.copy(path, folder / directory.name / path.name)
    return folder


def ours(images, configs):
    lines = "".join(json.dumps({"config": config}) + "\n" for config in configs)
    done = subprocess.run([BINARY, "evaluate", MODEL, images, "--scores"], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def theirs(images, configs, environment):
    command = [PYTHON, SOURCE / "tests/reference/numerical_reference.py", MODEL, PREPROCESSING, images, json.dumps(configs)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, **environment})
    return [np.array(table) for table in json.loads(done.stdout)]


@pytest.fixture(scope="module")
def tables(images):
    """Outcome and expected scores of every configuration of one process."""
    return list(zip(ours(images, CONFIGS), theirs(images, CONFIGS, {})))


@pytest.fixture(scope="module")
def environment_outcomes(images):
    return ours(images, [config for config, _ in ENVIRONMENTS])


def check(outcome, expected, reference):
    assert outcome["status"] == "ok", outcome["message"]
    scores = np.array(outcome["scores"])
    assert scores.shape == expected.shape == (IMAGES, 10)
    assert np.mean(scores.argmax(1) == expected.argmax(1)) >= 0.99
    difference = np.abs(scores - expected).max()
    assert difference <= TOLERANCE
    moved = np.abs(expected - reference).max()
    assert moved == 0 or difference < moved, "nearer to the reference than to what it claims to be"


@pytest.mark.parametrize("index", range(len(CONFIGS)), ids=lambda index: json.dumps(CONFIGS[index]))
def test_a_configuration_is_what_torch_makes_of_it(tables, index):
    check(*tables[index], tables[0][1])


@pytest.mark.parametrize("index", range(len(ENVIRONMENTS)), ids=lambda index: json.dumps(ENVIRONMENTS[index][0]))
def test_a_configuration_of_the_environment_is_what_torch_makes_of_it(images, tables, environment_outcomes, index):
    (expected,) = theirs(images, [{}], ENVIRONMENTS[index][1])
    check(environment_outcomes[index], expected, tables[0][1])


def test_configurations_that_torch_computes_differently_differ(tables):
    moved = {json.dumps(config): np.abs(np.array(outcome["scores"]) - tables[0][1]).max() for config, (outcome, _) in zip(CONFIGS, tables)}
    for precision in ("bf16", "fp16", "autocast_bf16", "weights_bf16", "weights_fp16"):
        assert moved[json.dumps({"precision": precision})] > 1e-3
    for config in ({"precision": "fp64"}, {"onednn": "off"}, {"graph": "optimized"}):
        assert moved[json.dumps(config)] > 0
