#!/usr/bin/env python3
"""Writes codec.inc: small image files of many kinds and the pixels that Pillow reads from them.

    pip install pillow numpy
    make_codec.py > codec.inc        (made with Pillow 13.0.0)
"""

import io

import numpy as np
import PIL
from PIL import Image, ImageOps

HEIGHT, WIDTH = 5, 7


def picture():
    y, x, c = np.ogrid[:HEIGHT, :WIDTH, :3]
    return ((31 * x + 17 * y + 61 * c + 7 * x * y) % 256).astype(np.uint8)


RGB = Image.fromarray(picture())
GRAY = Image.fromarray(picture()[..., 0])
ALPHA = Image.fromarray(picture()[..., 1])
DEEP = Image.fromarray(picture()[..., 0].astype(np.uint16) * 251 + 130)
TURNED = Image.Exif()
TURNED[0x112] = 6


def with_alpha(image):
    image = image.copy()
    image.putalpha(ALPHA)
    return image


def encoded(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def pgm(maximum, dtype):
    samples = (np.arange(HEIGHT * WIDTH) % (maximum + 1)).astype(dtype)
    return b"P5\n# a comment\n%d %d\n%d\n" % (WIDTH, HEIGHT, maximum) + samples.tobytes()


def scaled(maximum):
    """What pgm(maximum) holds, on 0 to 255."""
    values = np.rint(np.arange(HEIGHT * WIDTH) % (maximum + 1) * 255 / maximum)
    return Image.fromarray(values.astype(np.uint8).reshape(HEIGHT, WIDTH))


def files():
    """Name, content, and the expected picture where Pillow's own reading is not the reference."""
    yield "gray.png", encoded(GRAY, "PNG"), GRAY
    yield "rgb.png", encoded(RGB, "PNG"), RGB
    yield "bits.png", encoded(GRAY.point(lambda v: 255 * (v > 99)).convert("1"), "PNG"), None
    yield "palette.png", encoded(RGB.quantize(16), "PNG"), None
    yield "gray_alpha.png", encoded(with_alpha(GRAY), "PNG"), GRAY
    yield "rgb_alpha.png", encoded(with_alpha(RGB), "PNG"), RGB
    yield "gray_16.png", encoded(DEEP, "PNG"), Image.fromarray(np.rint(np.asarray(DEEP) / 257).astype(np.uint8))
    yield "bad_profile.png", encoded(RGB, "PNG", icc_profile=b"no profile"), RGB
    yield "turned.png", encoded(RGB, "PNG", exif=TURNED), None
    yield "gray.jpg", encoded(GRAY, "JPEG"), None
    yield "rgb.jpg", encoded(RGB, "JPEG"), None
    yield "rgb_444.jpg", encoded(RGB, "JPEG", subsampling=0), None
    yield "progressive.jpg", encoded(RGB, "JPEG", progressive=True), None
    yield "turned.jpg", encoded(RGB, "JPEG", exif=TURNED), None
    yield "cmyk.jpg", encoded(RGB.convert("CMYK"), "JPEG", quality=100, subsampling=0), None
    yield "rgb.webp", encoded(RGB, "WEBP", lossless=True), RGB
    yield "rgb_alpha.webp", encoded(with_alpha(RGB), "WEBP", lossless=True, exact=True), RGB
    yield "turned.webp", encoded(RGB, "WEBP", lossless=True, exif=TURNED), None
    yield "gray.bmp", encoded(GRAY, "BMP"), GRAY
    yield "rgb.bmp", encoded(RGB, "BMP"), RGB
    yield "rgb.ppm", encoded(RGB, "PPM"), RGB
    yield "gray_100.pgm", pgm(100, ">u1"), scaled(100)
    yield "gray_1023.pgm", pgm(1023, ">u2"), scaled(1023)
    yield "gray.tif", encoded(GRAY, "TIFF"), GRAY
    yield "rgb.tif", encoded(RGB, "TIFF"), RGB
    yield "turned.tif", encoded(RGB, "TIFF", tiffinfo={0x112: 6}), None


def main():
    print(f"// Made by make_codec.py with Pillow {PIL.__version__}: name, file, width, height, channels, pixels (gray or BGR).")
    for name, content, expected in files():
        if expected is None:
            read = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
            expected = read.convert("L" if read.mode in ("1", "L") else "RGB")
        pixels = np.asarray(expected)
        if pixels.ndim == 3:
            pixels = pixels[..., ::-1]
        (height, width), channels = pixels.shape[:2], len(expected.getbands())
        print(f'{{"{name}", "{content.hex()}", {width}, {height}, {channels}, "{pixels.tobytes().hex()}"}},')


if __name__ == "__main__":
    main()
