#!/usr/bin/env python3
"""Writes decoder.inc: small files and what each value of the decoding knobs makes of them: `decoder` as djpeg does,
`exif_orientation` and `alpha` as Pillow does.

    apt-get install libjpeg-turbo-progs && pip install pillow numpy
    make_decoder.py > decoder.inc        (made with djpeg of libjpeg-turbo 2.1.5, files by Pillow 13.0.0)
"""

import io
import os
import subprocess

import numpy as np
import PIL
from PIL import Image, ImageOps

DJPEG = os.environ.get("DJPEG", "djpeg")
SETTINGS = {  # values of the knob `decoder`
    "islow": ["-dct", "int"],
    "ifast": ["-dct", "fast"],
    "float": ["-dct", "float"],
    "islow_no_fancy": ["-dct", "int", "-nosmooth"],
    "ifast_no_fancy": ["-dct", "fast", "-nosmooth"],
    "float_no_fancy": ["-dct", "float", "-nosmooth"],
}


def picture(width, height):
    """Saturated edges and texture: every setting shows."""
    y, x, c = np.ogrid[:height, :width, :3]
    return ((53 * x * (c + 1) + 29 * y + 80 * c + 91 * ((x // 3 + y // 5 + c) % 3)) % 256).astype(np.uint8)


def encoded(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def decoder_rows():
    for name, (width, height), mode, options in (
        ("gray.jpg", (9, 7), "L", {}),
        ("420.jpg", (19, 13), "RGB", {"subsampling": "4:2:0"}),
        ("422.jpg", (13, 9), "RGB", {"subsampling": "4:2:2"}),
        ("444.jpg", (11, 9), "RGB", {"subsampling": "4:4:4"}),
        ("progressive.jpg", (17, 9), "RGB", {"subsampling": "4:2:0", "progressive": True}),
    ):
        content = encoded(Image.fromarray(picture(width, height)).convert(mode), "JPEG", quality=80, **options)
        for value, arguments in SETTINGS.items():
            pnm = subprocess.run([DJPEG, *arguments, "-pnm"], input=content, capture_output=True, check=True).stdout
            yield name, content, "decoder", value, Image.open(io.BytesIO(pnm))


def exif_rows():
    image, turned = Image.fromarray(picture(7, 5)), Image.Exif()
    turned[0x112] = 6
    for kind, options in (("jpeg", {}), ("png", {}), ("webp", {"lossless": True})):
        content = encoded(image, kind, exif=turned, **options)
        opened = Image.open(io.BytesIO(content))
        yield f"turned.{kind}", content, "exif_orientation", "apply", ImageOps.exif_transpose(opened).convert("RGB")
        yield f"turned.{kind}", content, "exif_orientation", "ignore", opened.convert("RGB")


def alpha_rows():
    image, alpha = Image.fromarray(picture(7, 5)), Image.fromarray(picture(7, 5)[..., 2])
    clear, clear_gray = image.copy(), image.convert("L")
    clear.putalpha(alpha)
    clear_gray.putalpha(alpha)
    palette = image.quantize(8)
    palette.info["transparency"] = bytes([0, 90, 255, 30, 255, 255, 200, 128])
    for name, picture_, kind, options in (
        ("clear.png", clear, "PNG", {}),
        ("clear_gray.png", clear_gray, "PNG", {}),
        ("clear_palette.png", palette, "PNG", {"transparency": palette.info["transparency"]}),
        ("clear.webp", clear, "WEBP", {"lossless": True, "exact": True}),
        ("opaque.png", image, "PNG", {}),
    ):
        content = encoded(picture_, kind, **options)
        opened = Image.open(io.BytesIO(content))
        mode = "L" if opened.mode == "LA" else "RGB"
        with_alpha = opened.convert(mode + "A")
        for value, level in (("drop", None), ("white", 255), ("black", 0)):
            if level is None:
                expected = with_alpha.convert(mode)
            else:
                expected = Image.new(mode, opened.size, (level,) * len(mode) if mode == "RGB" else level)
                expected.paste(with_alpha.convert(mode), mask=with_alpha.getchannel("A"))
            yield name, content, "alpha", value, expected


def main():
    print(f"// Made by make_decoder.py (Pillow {PIL.__version__}): name, file, knob, value, width, height, channels, pixels (gray or BGR).")
    for rows in (decoder_rows, exif_rows, alpha_rows):
        for name, content, knob, value, image in rows():
            pixels = np.asarray(image)
            pixels = pixels[..., ::-1] if pixels.ndim == 3 else pixels
            print(f'{{"{name}", "{content.hex()}", "{knob}", "{value}",')
            print(f' {image.width}, {image.height}, {len(image.getbands())}, "{pixels.tobytes().hex()}"}},')


if __name__ == "__main__":
    main()
