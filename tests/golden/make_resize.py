#!/usr/bin/env python3
"""Writes resize.inc: SHA-256 of what Pillow's resize makes of a picture given by a formula.

    pip install pillow numpy
    make_resize.py > resize.inc        (made with Pillow 13.0.0)
"""

import hashlib

import numpy as np
import PIL
from PIL import Image

FILTERS = ("nearest", "box", "bilinear", "hamming", "bicubic", "lanczos")
SIZES = (  # from, to: shrinking and enlarging, together and apart, odd sizes, one axis only, to and from one pixel
    ((28, 28), (32, 32)),
    ((500, 375), (341, 256)),
    ((231, 97), (64, 64)),
    ((37, 1000), (113, 41)),
    ((13, 17), (29, 31)),
    ((64, 48), (64, 20)),
    ((64, 48), (100, 48)),
    ((19, 5), (7, 45)),
    ((1, 1), (3, 2)),
    ((50, 40), (1, 1)),
    ((3, 2), (600, 2)),
    ((228, 124), (296, 74)),  # shows Pillow's single-precision constants of `hamming`
    ((90, 90), (70, 40)),  # Pillow 13 starts with the height here ...
    ((90, 90), (70, 50)),  # ... and with the width here
)


def picture(width, height, channels):
    """The formula of resize_test.cpp: smooth slopes, fine texture and hard edges."""
    y, x, c = np.ogrid[:height, :width, :channels]
    value = 3 * x + 5 * y + 31 * c + (x * y * (c + 1)) % 89 + 97 * ((x // 3 + y // 2) % 2)
    return (value % 256).astype(np.uint8)


def main():
    print(f"// Made by make_resize.py with Pillow {PIL.__version__}: filter, channels, from, to, SHA-256 of the pixels.")
    for channels in (1, 3):
        for source, target in SIZES:
            pixels = picture(*source, channels)
            image = Image.fromarray(pixels[..., 0] if channels == 1 else pixels)
            for name in FILTERS:
                resized = np.asarray(image.resize(target, Image.Resampling[name.upper()]))
                digest = hashlib.sha256(resized.tobytes()).hexdigest()
                (a, b), (w, h) = source, target
                print(f'{{"pillow-{name}", {channels}, {{{a}, {b}}}, {{{w}, {h}}}, "{digest}"}},')


if __name__ == "__main__":
    main()
