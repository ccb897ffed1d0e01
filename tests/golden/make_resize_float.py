#!/usr/bin/env python3
"""Writes resize_float.inc: resizes without rounding. Pillow's (each plane in mode F) as SHA-256 of the float32 values,
torch's (antialias=True; its last bits depend on the machine) as the values.

    pip install pillow numpy torch
    make_resize_float.py > resize_float.inc        (made with Pillow 13.0.0, torch 2.13.0)
"""

import hashlib

import numpy as np
import PIL
import torch
from make_resize import FILTERS, SIZES, picture
from PIL import Image

# None to a width of 1: torch 2.13 then gives every row the first one's value.
TORCH_SIZES = (((28, 28), (32, 32)), ((61, 47), (16, 16)), ((13, 40), (29, 9)), ((33, 9), (7, 9)), ((50, 41), (3, 1)))


def planes_of(pixels):
    return [pixels[..., c] for c in range(pixels.shape[2])]


def pillow(pixels, size, name):
    resize = lambda plane: Image.fromarray(plane.astype(np.float32)).resize(size, Image.Resampling[name.upper()])
    return np.stack([np.asarray(resize(plane), np.float32) for plane in planes_of(pixels)], -1)


def torch_aa(pixels, size, name):
    batch = torch.from_numpy(pixels.astype(np.float32)).permute(2, 0, 1)[None]
    resized = torch.nn.functional.interpolate(batch, size[::-1], mode=name, antialias=True, align_corners=False)
    return resized[0].permute(1, 2, 0).contiguous().numpy()


def main():
    print(f"// Made by make_resize_float.py (Pillow {PIL.__version__}, torch {torch.__version__}): filter, channels, from, to, result.")
    for channels in (1, 3):
        for source, target in SIZES:
            for name in FILTERS:
                result = hashlib.sha256(pillow(picture(*source, channels), target, name).tobytes()).hexdigest()
                show("pillow-" + name, channels, source, target, result)
    for source, target in TORCH_SIZES:
        for name in ("bilinear", "bicubic"):
            show("torch-" + name, 1, source, target, torch_aa(picture(*source, 1), target, name).tobytes().hex())


def show(name, channels, source, target, result):
    (a, b), (w, h) = source, target
    print(f'{{"{name}", {channels}, {{{a}, {b}}}, {{{w}, {h}}}, "{result}"}},')


if __name__ == "__main__":
    main()
