"""Every value of every preprocessing knob against an independent computation: preprocessing_reference.py beside this file."""
import functools
import json
import os
import pathlib
import shutil
import subprocess

import pytest
import torch

SOURCE = pathlib.Path(os.environ.get("ROBUSTCHECK_SOURCE", pathlib.Path(__file__).parents[2]))
BINARY = os.environ.get("ROBUSTCHECK", str(SOURCE / "build/robustcheck"))
PYTHON = os.environ.get("REFERENCE_PYTHON", str(SOURCE / "build/venv-reference/bin/python"))
REFERENCE, DECODER = SOURCE / "tests/reference/preprocessing_reference.py", SOURCE / "tests/golden/decoder.inc"
FASHION = SOURCE / "data/fashion/fashion.pt"
SAME_PIXELS = 3e-6  # tolerance as a share of the largest logit: what is left when every pixel is the same
TOLERANCES = {"opencv-cubic": 2e-2,  # PyPI's build computes it with Intel's library: many pixels differ by one level
              "torch-": 4e-3, "bt709": 4e-3, "opencv-linear": 4e-3}  # a few: sums in float, at half a level


def knobs():
    listed = subprocess.run([BINARY, "list", "knobs", "--json"], capture_output=True, text=True, check=True)
    return [knob for knob in json.loads(listed.stdout) if knob["class"] == "preprocessing"]


def needed(knob):
    return {"yuv": "i420"} if knob == "yuv_matrix" else {}


SINGLE = [{}] + [{knob["name"]: value, **needed(knob["name"])} for knob in knobs() for value in knob["values"][1:] if knob["name"] != "decoder"]
FILTERS = next(knob["values"][1:] for knob in knobs() if knob["name"] == "resize_filter")
JOINT = [{"resize_filter": name, "rounding": rounding} for name in FILTERS for rounding in ("truncate", "none")] + [
    {"resize_rule": "shorter_side_crop", "crop_fraction": "0.9", "resize_filter": "opencv-area"},
    {"alpha": "white", "exif_orientation": "ignore", "yuv": "nv12", "rounding": "none", "channel_order": "swapped", "normalization": "imagenet"},
    {"yuv": "i420", "yuv_matrix": "bt709", "gray": "average", "resize_rule": "direct", "rounding": "truncate", "normalization": "half"},
]
CONFIGS = SINGLE + JOINT
DECODERS = [{"decoder": value} for knob in knobs() if knob["name"] == "decoder" for value in knob["values"]]


def colour_network(path):
    """Random weights, but with a spread of scores: what matters here is that each pixel matters."""
    torch.manual_seed(5)
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 12, 5, 2), torch.nn.ReLU(), torch.nn.Conv2d(12, 24, 3, 2), torch.nn.ReLU(),
                                  torch.nn.Flatten(), torch.nn.Linear(24 * 6 * 6, 10)).eval()
    torch.jit.trace(network, torch.zeros(1, 3, 32, 32)).save(str(path))
    path.with_suffix(".json").write_text(json.dumps({
        "input": {"width": 32, "height": 32, "channels": "rgb"}, "resize": {"rule": "shorter_side", "size": 40, "filter": "pillow-bilinear"},
        "crop": {"width": 32, "height": 32}, "scale": 1 / 255, "mean": [0.5, 0.45, 0.4], "std": [0.25, 0.2, 0.3]}))


def python(*arguments, stdin=""):
    return subprocess.run([PYTHON, REFERENCE, *arguments], input=stdin, capture_output=True, text=True, check=True).stdout


def both(model, preprocess, images, configs, *inc):
    """{configuration: (our scores, their scores)}"""
    lines = "".join(json.dumps({"config": config}) + "\n" for config in configs)
    done = subprocess.run([BINARY, "evaluate", model, images, "--preprocess", preprocess, "--scores"], input=lines, capture_output=True, text=True, check=True)
    ours = [torch.tensor(json.loads(line)["scores"], dtype=torch.float64) for line in done.stdout.splitlines()]
    theirs = json.loads(python("scores", model, preprocess, images, *inc, stdin=json.dumps(configs)))
    return {json.dumps(config): (a, torch.tensor(b, dtype=torch.float64)) for config, a, b in zip(configs, ours, theirs, strict=True)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Pictures and networks."""
    folder = tmp_path_factory.mktemp("preprocessing")
    for directory in sorted((SOURCE / "data/fashion/images").iterdir()):
        (folder / "fashion" / directory.name).mkdir(parents=True)
        for path in sorted(directory.iterdir())[:5]:
            shutil.copy(path, folder / "fashion" / directory.name / path.name)
    for name in ("pictures", "jpeg"):
        (folder / name).mkdir()
    python("make", folder / "pictures")
    python("golden", folder / "jpeg", DECODER)
    colour_network(folder / "colour.pt")
    preprocess = json.loads(FASHION.with_suffix(".json").read_text())
    del preprocess["classes"]  # a flat folder has none
    (folder / "nameless.json").write_text(json.dumps(preprocess))
    return folder


@pytest.fixture(scope="module")
def results(folder):
    """Bench -> results, computed when a test first asks."""
    colour = (folder / "colour.pt", folder / "colour.json")
    make = {"fashion": lambda: both(FASHION, FASHION.with_suffix(".json"), folder / "fashion", CONFIGS),
            "gray": lambda: both(FASHION, folder / "nameless.json", folder / "pictures", CONFIGS),
            "colour": lambda: both(*colour, folder / "pictures", CONFIGS),
            "jpeg": lambda: both(*colour, folder / "jpeg", DECODERS, DECODER)}
    return functools.cache(lambda bench: make[bench]())


def check(pair, config):
    ours, theirs = pair
    assert ours.shape == theirs.shape
    difference = ((ours - theirs).abs().max() / theirs.abs().max()).item()
    allowed = [tolerance for mark, tolerance in TOLERANCES.items() if mark in json.dumps(config)]
    assert difference <= max(allowed, default=SAME_PIXELS)
    assert (ours.argmax(1) == theirs.argmax(1)).double().mean() >= 0.99


@pytest.mark.parametrize("bench", ["fashion", "gray", "colour"])
@pytest.mark.parametrize("config", CONFIGS, ids=json.dumps)
def test_agrees_with_an_independent_computation(results, bench, config):
    check(results(bench)[json.dumps(config)], config)


@pytest.mark.parametrize("config", DECODERS, ids=json.dumps)
def test_decoder_agrees_with_djpeg(results, config):
    check(results("jpeg")[json.dumps(config)], config)


def test_every_value_acts_on_the_colour_pictures(results):
    """But for gray, which a colour network has no use for, and what is the file's own setting."""
    idle = {'{"resize_filter": "pillow-bilinear"}', '{"gray": "average"}'}
    reference = results("colour")["{}"][0]
    same = {json.dumps(config) for config in SINGLE[1:] if torch.equal(results("colour")[json.dumps(config)][0], reference)}
    assert same == idle
    assert not torch.equal(results("gray")['{"gray": "average"}'][0], results("gray")["{}"][0])
    decoders = [results("jpeg")[json.dumps(config)][0] for config in DECODERS]
    assert all(not torch.equal(a, b) for i, a in enumerate(decoders) for b in decoders[:i])
