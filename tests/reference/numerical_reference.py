#!/usr/bin/env python3
"""The network's output under numerical configurations, in torch as a user would write it.

    numerical_reference.py MODEL.pt MODEL.json IMAGES CONFIGS

CONFIGS is a JSON list: [{"precision": "bf16"}, {"graph": "frozen", "threads": 2}]. Prints a list of as many tables, a
row of scores per image in sorted path order. Knobs of the environment are the caller's: it starts this program in it.
"""

import contextlib
import json
import os
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image

DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16, "fp64": torch.float64}


def network_input(path, preprocess):
    """A gray picture, resized with Pillow's bilinear filter, normalised in float32 as torchvision does it."""
    assert preprocess["resize"] == {"rule": "exact", "filter": "pillow-bilinear"} and "crop" not in preprocess
    assert preprocess["input"]["channels"] == "gray"
    size = (preprocess["input"]["width"], preprocess["input"]["height"])
    image = Image.open(path).convert("L").resize(size, Image.Resampling.BILINEAR)
    planes = torch.from_numpy(np.asarray(image).copy())[None].to(torch.float32)
    return planes.mul(preprocess["scale"]).sub(preprocess["mean"][0]).div(preprocess["std"][0])


def prepared(path, config):
    model = torch.jit.load(path).eval()
    precision = config.get("precision", "fp32")
    if precision.startswith("weights_"):
        for parameter in model.parameters():
            parameter.data = parameter.data.to(DTYPES[precision.removeprefix("weights_")]).to(torch.float32)
    elif precision in DTYPES:
        model = model.to(DTYPES[precision])
    if config.get("memory_format") == "channels_last":
        model = model.to(memory_format=torch.channels_last)
    if config.get("graph") == "frozen":
        model = torch.jit.freeze(model)
    if config.get("graph") == "optimized":
        model = torch.jit.optimize_for_inference(model)
    return model


@contextlib.contextmanager
def settings(config):
    """torch's own switches, as they were afterwards."""
    backends = torch.backends.mkldnn
    with contextlib.ExitStack() as stack:
        torch.set_num_threads(config.get("threads", 1))
        torch.use_deterministic_algorithms(config.get("deterministic") == "on")
        torch.set_flush_denormal(config.get("flush_denormal") == "on")
        torch._C._jit_set_texpr_fuser_enabled(config.get("jit_fusion") != "off")
        torch._C._set_nnpack_enabled(config.get("nnpack") != "off")
        if config.get("onednn") == "off":
            stack.enter_context(backends.flags(enabled=False))
        if config.get("precision") == "autocast_bf16":
            stack.enter_context(torch.autocast("cpu", torch.bfloat16))
        if "float32_precision" in config:
            for part in (backends.conv, backends.matmul, backends.rnn):
                part.fp32_precision = config["float32_precision"]
        yield
    if "float32_precision" in config:
        for part in (backends.conv, backends.matmul, backends.rnn):
            part.fp32_precision = "ieee"


def scores(model_path, inputs, config):
    size = config.get("batch_size", 32)
    padding = inputs[:1].expand(-len(inputs) % size, *inputs.shape[1:])
    batches = torch.cat([inputs, padding]).split(size)
    layout = torch.channels_last if config.get("memory_format") == "channels_last" else torch.contiguous_format
    dtype = DTYPES.get(config.get("precision"), torch.float32)
    backwards = config.get("batch_position") == "reversed"
    rows = []
    with settings(config):
        model = prepared(model_path, config)  # after the switches: an optimised graph depends on them
        with torch.inference_mode():
            for batch in [*batches[:1] * 3, *batches]:  # the interpreter compiles in the first runs
                batch = batch.flip(0) if backwards else batch
                output = model(batch.to(dtype).contiguous(memory_format=layout)).float()
                rows.append(output.flip(0) if backwards else output)
    return torch.cat(rows[3:])[: len(inputs)].tolist()


def main(model_path, preprocess_path, images_path, configs_text):
    preprocess = json.loads(Path(preprocess_path).read_text())
    paths = sorted(Path(images_path).glob("*/*.*"), key=lambda p: os.fsencode(p.relative_to(images_path)))
    inputs = torch.stack([network_input(path, preprocess) for path in paths])
    print(json.dumps([scores(model_path, inputs, config) for config in json.loads(configs_text)]))


if __name__ == "__main__":
    main(*sys.argv[1:])
