#!/usr/bin/env python3
"""What the quantization and structural knobs of `robustcheck evaluate` must agree with, in plain torch.

    pip install torch==2.13.0 "numpy<2" opencv-python-headless==4.6.0.66 pillow
    knobs_reference.py MODEL.pt MODEL.json IMAGES CALIBRATION_COUNT CONFIGS [NAME=VARIANT.pt ...]

CONFIGS is a JSON list of configurations: [{"int8": "static_per_channel"}, ...]. Prints one line per configuration, the
scores of all images in sorted path order as a JSON list of rows.
"""

import hashlib
import json
import os
import sys
import warnings
from pathlib import Path

import numpy as np
import torch
from evaluate_reference import network_input
from torch.ao.quantization import MinMaxObserver, PerChannelMinMaxObserver, QConfig
from torch.ao.quantization.quantize_jit import convert_jit, prepare_jit

LEVELS = {"int8": 127, "int6": 31, "int4": 7}  # each side of zero
SATURATING = ("x86", "fbgemm")
SAVED_EPS = 1e-5


def calibration_paths(paths, count, split_seed=0):
    """`count` images of the search half, as evenly spread over the class directories as they come."""
    halves = [p for p in paths if not hashlib.sha256(f"{hashlib.sha256(p.read_bytes()).hexdigest()}/{split_seed}".encode()).digest()[-1] & 1]
    classes = sorted({p.parent.name for p in paths})
    members = {name: [p for p in halves if p.parent.name == name] for name in classes}
    groups = [name for name in classes if members[name]]
    chosen = []
    for i, name in enumerate(groups):
        share = min(len(members[name]), count * (i + 1) // len(groups) - count * i // len(groups))
        chosen += [members[name][k * len(members[name]) // share] for k in range(share)]
    return chosen


def int8(model, config, calibration):
    engine = config.get("int8_engine", "x86")
    torch.backends.quantized.engine = engine
    activation = MinMaxObserver.with_args(dtype=torch.quint8, quant_min=0, quant_max=127 if engine in SATURATING else 255)
    weight = {
        "static_per_tensor": MinMaxObserver.with_args(dtype=torch.qint8, qscheme=torch.per_tensor_symmetric),
        "static_per_channel": PerChannelMinMaxObserver.with_args(dtype=torch.qint8, qscheme=torch.per_channel_symmetric),
    }[config["int8"]]
    prepared = prepare_jit(model, {"": QConfig(activation=activation, weight=weight)})
    for batch in calibration.split(32):
        prepared(batch)
    return convert_jit(prepared)


def weight_only(model, levels):
    for parameter in model.parameters():
        if parameter.dim() < 2:
            continue
        weight = parameter.detach().numpy()
        step = np.abs(weight).reshape(len(weight), -1).max(1) / np.float32(levels)
        step = step.reshape((-1,) + (1,) * (weight.ndim - 1))
        parameter.data = torch.from_numpy((np.rint(weight / step) * step).astype(np.float32))
    return model


def batch_norm_eps(model, eps):
    """y = (x - mean) / sqrt(var + eps): another eps is another variance."""
    for name, buffer in model.named_buffers():
        if name.endswith("running_var"):
            buffer += eps - SAVED_EPS
    return model


def changed(model_path, config, calibration, variants):
    model = torch.jit.load(variants.get(config.get("model_variant"), model_path)).eval()
    if "weight_only" in config:
        model = weight_only(model, LEVELS[config["weight_only"]])
    if "batch_norm_eps" in config:
        model = batch_norm_eps(model, float(config["batch_norm_eps"]))
    return int8(model, config, calibration) if "int8" in config else model


def main(model_path, preprocess_path, images_path, count, configs, *variants):
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    preprocess = json.loads(Path(preprocess_path).read_text())
    paths = sorted(Path(images_path).glob("*/*.*"), key=lambda p: os.fsencode(p.relative_to(images_path)))
    planes = lambda some: torch.from_numpy(np.stack([network_input(p, preprocess, []) for p in some]))
    inputs, calibration = planes(paths), planes(calibration_paths(paths, int(count)))
    files = dict(variant.split("=", 1) for variant in variants)
    with torch.no_grad():
        for config in json.loads(configs):
            model = changed(model_path, config, calibration, files)
            print(json.dumps(torch.cat([model(batch) for batch in inputs.split(32)]).tolist()), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
