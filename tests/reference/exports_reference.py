#!/usr/bin/env python3
"""What every knob of model scope must do to kinds of exports (tests/data/make_exports.py), in torch as a user would write it.

    exports_reference.py MODELS IMAGES CALIBRATION_COUNT

MODELS: what make_exports.py wrote. Prints {kind: {"knob=value": scores or null}}, "" for the reference: a row per image
in sorted path order, null where torch itself cannot. A knob acts on the network before it is exported, or on the loaded
file where that is the network (quantized ones).
"""

import copy
import json
import os
import sys
import warnings
from pathlib import Path

import torch
from knobs_reference import calibration_paths, int8
from numerical_reference import DTYPES, network_input
from torch import nn

sys.path.insert(0, str(Path(__file__).parents[1] / "data"))
import make_exports as exports  # noqa: E402

SAME = ("scripted", "frozen", "wrapped", "half_frozen")  # networks as the traced one
EAGER = {
    "traced": lambda net: net,
    "index": exports.Index,
    "mask": exports.Mask,
    "number": exports.Number,
    "complex": exports.Complex,
    "table": exports.Table,
    "depthwise": lambda net: exports.Depthwise(),
    "ensemble": lambda net: exports.Ensemble(net, exports.trained("fashion-seed2")),
}
LOADED = ("quantized",)
LEVELS = {"int8": 127, "int6": 31, "int4": 7}
KNOBS = [
    ("", ""),
    *(("precision", value) for value in ("bf16", "fp16", "fp64", "autocast_bf16", "weights_bf16", "weights_fp16")),
    *(("weight_only", value) for value in LEVELS),
    ("memory_format", "channels_last"),
    ("graph", "frozen"),
    ("graph", "optimized"),
    ("int8", "static_per_channel"),
    ("batch_norm_eps", "0.001"),
    ("pool_ceil_mode", "ceil"),
]
LAYERS = (nn.Conv2d, nn.Linear)


def rounded(module, levels):
    for layer in module.modules():
        if isinstance(layer, LAYERS):
            step = layer.weight.flatten(1).abs().amax(1, keepdim=True) / levels
            layer.weight.copy_(((layer.weight.flatten(1) / step).round() * step).view_as(layer.weight))
    return module


def in_type(module, dtype):
    """As Module.to(), which would make real numbers of complex ones."""
    complex_type = {torch.float64: torch.complex128, torch.float16: torch.complex32}.get(dtype)
    for tensor in [*module.parameters(), *module.buffers()]:
        if tensor.is_complex():
            tensor.data = tensor.data.to(complex_type)
        elif tensor.is_floating_point():
            tensor.data = tensor.data.to(dtype)
    return module


def cast_and_back(module, dtype):
    for parameter in module.parameters():
        if parameter.is_floating_point():
            parameter.copy_(parameter.to(dtype).float())
    return module


def set_everywhere(module, kind, **attributes):
    for layer in module.modules():
        if isinstance(layer, kind):
            for name, value in attributes.items():
                setattr(layer, name, value)
    return module


def changed(module, knob, value, inputs, calibration):
    """The network under one knob value, and the type of its input."""
    if knob == "precision" and value in DTYPES:
        return in_type(module, DTYPES[value]), DTYPES[value]
    if knob == "precision" and value.startswith("weights_"):
        return cast_and_back(module, DTYPES[value.removeprefix("weights_")]), torch.float32
    if knob == "weight_only":
        return rounded(module, LEVELS[value]), torch.float32
    if knob == "memory_format":
        return module.to(memory_format=torch.channels_last), torch.float32
    if knob == "graph":
        optimise = torch.jit.freeze if value == "frozen" else torch.jit.optimize_for_inference
        return optimise(torch.jit.trace(module, inputs[:2])), torch.float32
    if knob == "int8":
        return int8(torch.jit.trace(module, inputs[:2]), {"int8": value}, calibration), torch.float32
    if knob == "batch_norm_eps":
        return set_everywhere(module, nn.BatchNorm2d, eps=float(value)), torch.float32
    if knob == "pool_ceil_mode":
        return set_everywhere(module, nn.MaxPool2d, ceil_mode=True), torch.float32
    return module, torch.float32


def scores(module, knob, value, inputs, calibration):
    try:
        module, dtype = changed(module, knob, value, inputs, calibration)
        layout = torch.channels_last if knob == "memory_format" else torch.contiguous_format
        batches = [batch.to(dtype).contiguous(memory_format=layout) for batch in inputs.split(32)]
        with torch.autocast("cpu", torch.bfloat16, enabled=value == "autocast_bf16"):
            return torch.cat([module(batch).float() for batch in batches]).tolist()
    except (RuntimeError, NotImplementedError, AttributeError, TypeError):
        return None


def main(models, images, count):
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    paths = sorted(Path(images).glob("*/*.*"), key=lambda path: os.fsencode(path.relative_to(images)))
    planes = lambda some: torch.stack([network_input(path, exports.PREPROCESSING) for path in some])
    inputs, calibration = planes(paths), planes(calibration_paths(paths, int(count)))
    makers = {kind: lambda make=make: make(exports.trained()) for kind, make in EAGER.items()}
    makers |= {kind: lambda kind=kind: torch.jit.load(str(Path(models) / f"{kind}.pt")) for kind in LOADED}
    with torch.no_grad():
        tables = {
            kind: {f"{knob}={value}" if knob else "": scores(copy.deepcopy(make()).eval(), knob, value, inputs, calibration) for knob, value in KNOBS}
            for kind, make in makers.items()
        }
    print(json.dumps(tables | {kind: tables["traced"] for kind in SAME}))


if __name__ == "__main__":
    main(*sys.argv[1:])
