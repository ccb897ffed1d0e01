"""Every kind of picture file against Pillow, pixel by pixel: pictures.py and its makers beside this file. A network whose output is its
input shows the pixels."""
import json
import os
import pathlib
import subprocess

import numpy as np
import picture_basics
import pictures
import pytest
import torch

SOURCE = pathlib.Path(os.environ.get("ROBUSTCHECK_SOURCE", pathlib.Path(__file__).parents[2]))
BINARY = os.environ.get("ROBUSTCHECK", str(SOURCE / "build/robustcheck"))
ROWS = {name: (content, expected) for name, content, expected in pictures.rows()}
READ = [name for name, (_, expected) in ROWS.items() if expected is not None]


class Pixels(torch.nn.Module):
    def forward(self, batch):
        return batch.flatten(1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("decoding")
    for name, (content, expected) in ROWS.items():
        path = folder / ("read" if expected is not None else "refused") / (name + "." + name.replace("exif-", "").split("-")[0])
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    side = picture_basics.SIDE
    torch.jit.trace(Pixels(), torch.zeros(1, 3, side, side)).save(str(folder / "pixels.pt"))
    (folder / "pixels.json").write_text(json.dumps({"input": {"width": side, "height": side, "channels": "rgb"}, "resize": {"rule": "none"}, "scale": 1.0}))
    return folder


@pytest.fixture(scope="module")
def decoded(folder):
    """{value of the knob alpha: {name: RGB pixels}}"""
    lines = "".join(json.dumps({"config": {"alpha": value} if value != "drop" else {}}) + "\n" for value in picture_basics.LEVELS)
    done = subprocess.run([BINARY, "evaluate", folder / "pixels.pt", folder / "read", "--scores", "--max-bad-images", "1000"], input=lines, capture_output=True, text=True, check=True)
    names = sorted(path.stem for path in (folder / "read").iterdir())
    names.sort(key=lambda name: name + "." + name.replace("exif-", "").split("-")[0])
    scores = [json.loads(line)["scores"] for line in done.stdout.splitlines()]
    return {value: dict(zip(names, rows, strict=True)) for value, rows in zip(picture_basics.LEVELS, scores, strict=True)}


@pytest.mark.parametrize("name", READ)
def test_pixels_are_those_of_pillow(decoded, name):
    side = picture_basics.SIDE
    for value, expected in ROWS[name][1].items():
        scores = decoded[value][name]
        assert len(scores) == 3 * side * side, "refused"
        found = np.array(scores).reshape(3, side, side).transpose(1, 2, 0)
        assert np.abs(found - expected).max() <= 0, value


@pytest.mark.parametrize("name", [name for name in ROWS if name not in READ])
def test_what_is_not_read_is_refused_by_name(folder, name, tmp_path):
    path, = (folder / "refused").glob(name + ".*")
    (tmp_path / "v.json").write_text("{}")
    done = subprocess.run([BINARY, "perturb", path, "--variance", tmp_path / "v.json", "--out", tmp_path / "out"], capture_output=True, text=True, check=False)
    assert done.returncode == 3 and path.name in done.stderr
    assert "not read" in done.stderr or "one picture is needed" in done.stderr
