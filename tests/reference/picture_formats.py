"""PNG, JPEG, WebP, BMP and PNM files of every kind."""
import itertools
import struct

import numpy as np
from PIL import Image
from picture_basics import SIDE, chunk, encoded, everywhere, pillow, png, smooth, to_8, transparent, values


def pngs():
    for interlaced, (colour_type, channels, depths) in itertools.product(
            (False, True), ((0, 1, (1, 2, 4, 8, 16)), (2, 3, (8, 16)), (4, 2, (8, 16)), (6, 4, (8, 16)))):
        for bits in depths:
            samples = values(channels, 2 ** bits - 1)
            name = f"png-type{colour_type}-{bits}bit" + "-interlaced" * interlaced
            eight = to_8(samples, bits)
            alpha = eight[..., -1] if channels in (2, 4) else None
            yield name, png(samples, bits, colour_type, interlaced=interlaced), everywhere(eight[..., :channels - (alpha is not None)], alpha)
            if alpha is not None:
                continue
            clear = samples[2, 3]
            alpha = np.where((samples == clear).all(2), 0, 255)
            yield name + "-trns", png(samples, bits, colour_type, transparent(clear), interlaced=interlaced), everywhere(eight, alpha)
    palette = chunk(b"PLTE", np.random.default_rng(7).integers(0, 256, 3 * 256).astype(np.uint8).tobytes())
    for bits in (1, 2, 4, 8):
        short = chunk(b"PLTE", palette[8:8 + 3 * 2 ** bits])
        content = png(values(1, 2 ** bits - 1), bits, 3, short)
        yield f"png-palette-{bits}bit", content, pillow(content)
        content = png(values(1, 2 ** bits - 1), bits, 3, short, chunk(b"tRNS", bytes([0, 128, 255, 30][:2 ** bits])))
        yield f"png-palette-{bits}bit-trns", content, pillow(content)
    for name, extra in (("gamma", chunk(b"gAMA", struct.pack(">I", 100000))), ("srgb", chunk(b"sRGB", b"\0")), ("sbit", chunk(b"sBIT", b"\5\5\5"))):
        yield f"png-{name}", png(values(3, 255), 8, 2, extra), everywhere(values(3, 255))


def without_adobe(content):
    at = content.index(b"\xff\xee")
    return content[:at] + content[at + 2 + int.from_bytes(content[at + 2:at + 4], "big"):]


def jpegs():
    for mode, options in itertools.product(("L", "RGB"), ({}, {"progressive": True}, {"quality": 30}, {"subsampling": 0}, {"subsampling": 1}, {"optimize": True})):
        yield f"jpeg-{mode}-{'-'.join(f'{key}{value}' for key, value in options.items())}", encoded(smooth().convert(mode), "JPEG", **options), "pillow"
    yield "jpeg-rgb-kept", encoded(smooth(), "JPEG", keep_rgb=True), "pillow"
    cmyk = encoded(smooth().convert("CMYK"), "JPEG", quality=95)
    yield "jpeg-cmyk-adobe", cmyk, "pillow"
    yield "jpeg-cmyk-bare", without_adobe(cmyk), "pillow"


def webps():
    rgba = Image.fromarray(values(4, 255).astype(np.uint8))
    for name, image in (("rgb", rgba.convert("RGB")), ("rgba", rgba), ("gray", rgba.convert("L"))):
        yield f"webp-{name}-lossless", encoded(image, "WEBP", lossless=True, exact=True), "pillow"
        yield f"webp-{name}-lossy", encoded(image, "WEBP", quality=60), "pillow"
    yield "webp-animated", encoded(rgba, "WEBP", save_all=True, append_images=[rgba.rotate(90)]), None


def bmp(bits, data, palette=b"", compression=0, masks=b"", height=SIDE):
    start = 14 + 40 + len(masks) + len(palette)
    header = struct.pack("<IiiHHIIiiII", 40, SIDE, height, 1, bits, compression, len(data), 2835, 2835, len(palette) // 4, 0)
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + header + masks + palette + data


def bmps():
    for mode in ("1", "L", "P", "RGB"):
        yield f"bmp-{mode}", encoded(smooth().convert(mode), "BMP"), "pillow"
    rows = values(4, 255).astype(np.uint8)
    yield "bmp-32", bmp(32, rows.tobytes()), "pillow"
    yield "bmp-24-topdown", bmp(24, rows[..., :3].tobytes(), height=-SIDE), "pillow"
    palette = np.random.default_rng(7).integers(0, 256, (16, 4)).astype(np.uint8)
    palette[:, 3] = 0
    yield "bmp-4", bmp(4, rows[:, :4, 0].tobytes(), palette.tobytes()), "pillow"
    yield "bmp-rle8", bmp(8, b"".join(b"\x08" + bytes([y]) + b"\0\0" for y in range(SIDE)) + b"\0\1", palette.tobytes(), 1), "pillow"
    deep = values(1, 2 ** 15 - 1)[..., 0].astype("<u2")
    yield "bmp-555", bmp(16, deep.tobytes()), "pillow"
    yield "bmp-565", bmp(16, (deep * 2 + 1).astype("<u2").tobytes(), compression=3, masks=struct.pack("<III", 0xf800, 0x7e0, 0x1f)), "pillow"


def pnms():
    for maximum, (plain, binary, channels) in itertools.product((1, 15, 100, 255, 1000, 65535), (("P2", "P5", 1), ("P3", "P6", 3))):
        samples = values(channels, maximum)
        expected = everywhere(np.rint(samples * 255 / maximum).astype(np.int64))
        head = f"\n# a comment\n{SIDE} {SIDE}\n{maximum}\n"
        text = "\n".join(" ".join(map(str, row.reshape(-1))) for row in samples)
        yield f"pnm-{plain}-{maximum}", (plain + head + text + "\n").encode(), expected
        yield f"pnm-{plain}-{maximum}-bare-end", (plain + head + text).encode(), expected
        yield f"pnm-{binary}-{maximum}", (binary + head).encode() + samples.astype(">u2" if maximum > 255 else "u1").tobytes(), expected
    bits = values(1, 1)[..., 0]
    expected = everywhere(255 * (1 - bits)[..., None])
    yield "pnm-P1", f"P1\n{SIDE} {SIDE}\n".encode() + b"\n".join(" ".join(map(str, row)).encode() for row in bits), expected
    yield "pnm-P1-dense", f"P1 {SIDE} {SIDE}\n".encode() + b"".join("".join(map(str, row)).encode() for row in bits), expected
    yield "pnm-P4", f"P4\n{SIDE} {SIDE}\n".encode() + np.packbits(bits.astype(np.uint8)).tobytes(), expected
