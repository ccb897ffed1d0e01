"""The second shipped example is what data/README.md says it is."""
import hashlib
import json
import os
import pathlib
import re
import struct
import subprocess

import pytest

SOURCE = pathlib.Path(os.environ.get("ROBUSTCHECK_SOURCE", pathlib.Path(__file__).parents[2]))
BINARY = pathlib.Path(os.environ.get("ROBUSTCHECK", SOURCE / "build/robustcheck"))
SIGNS = SOURCE / "data/signs"
CLASSES = json.loads((SIGNS / "signs.json").read_text())["classes"]
ROW = re.compile(r"^\| (signs\S*\.pt) \| \d \| ([\d.]+)% \| ([\d,]+) \| ([0-9a-f]{64}) \|$", re.M)
STATED = {name: row for name, *row in ROW.findall((SOURCE / "data/README.md").read_text())}
MODELS = ["signs.pt", "signs-seed2.pt"]


def frame(jpeg):
    """(width, height, [(horizontal, vertical) sampling factors]) of a baseline JPEG, from its SOF0 segment."""
    at = 2
    while jpeg[at + 1] != 0xC0:
        assert jpeg[at] == 0xFF and jpeg[at + 1] != 0xDA, "no SOF0 before the scan"
        at += 2 + struct.unpack_from(">H", jpeg, at + 2)[0]
    height, width, components = struct.unpack_from(">HHB", jpeg, at + 5)
    factors = [jpeg[at + 11 + 3 * i] for i in range(components)]
    return width, height, [(factor >> 4, factor & 15) for factor in factors]


def frames():
    return [frame(path.read_bytes()) for path in SIGNS.rglob("*.jpg")]


@pytest.mark.parametrize("folder, each", [("images", 40), ("train", 160)])
def test_every_class_has_its_images(folder, each):
    counts = {path.name: len(list(path.glob("*.jpg"))) for path in (SIGNS / folder).iterdir()}
    assert counts == dict.fromkeys(CLASSES, each) and each * len(CLASSES) in (600, 2400)


def test_no_image_is_there_twice():
    paths = list(SIGNS.rglob("*.jpg"))
    assert len({hashlib.sha256(path.read_bytes()).digest() for path in paths}) == len(paths)


def test_every_image_is_a_420_jpeg_larger_than_the_network_takes():
    for width, height, sampling in frames():
        assert sampling == [(2, 2), (1, 1), (1, 1)] and 88 <= min(width, height) <= max(width, height) <= 112


def test_odd_sides_and_other_shapes_than_squares_are_among_them():
    sizes = {(width, height) for width, height, _ in frames()}
    assert any(w % 2 and h % 2 for w, h in sizes) and any(w < h for w, h in sizes) and any(w > h for w, h in sizes)


def test_the_sampling_check_sees_444():
    jpeg = (SIGNS / "images" / CLASSES[0] / "000.jpg").read_bytes()
    assert frame(jpeg.replace(b"\x01\x22\x00\x02\x11\x01", b"\x01\x11\x00\x02\x11\x01"))[2] == [(1, 1)] * 3


def test_the_example_is_small():
    assert sum(path.stat().st_size for path in SIGNS.rglob("*") if path.is_file()) < 12e6
    assert all((SIGNS / model).stat().st_size < 1e6 for model in MODELS)


@pytest.mark.parametrize("model", MODELS)
def test_the_stated_file_is_the_shipped_one(model):
    content = (SIGNS / model).read_bytes()
    assert STATED[model][1:] == [f"{len(content):,}", hashlib.sha256(content).hexdigest()]


@pytest.mark.parametrize("model", MODELS)
def test_the_stated_accuracy_is_what_evaluate_measures(model):
    command = [BINARY, "evaluate", SIGNS / model, SIGNS / "images"]
    outcome = json.loads(subprocess.run(command, input="{}\n", capture_output=True, text=True, check=True).stdout)
    assert outcome["images"] == 600 and outcome["accuracy"] >= 0.95
    assert f"{outcome['accuracy']:.2%}" == STATED[model][0] + "%"


def test_the_two_seeds_are_two_models():
    assert STATED["signs.pt"][2] != STATED["signs-seed2.pt"][2]
    assert (SIGNS / "signs.json").read_bytes() == (SIGNS / "signs-seed2.json").read_bytes()
