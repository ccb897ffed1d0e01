"""What the makers of picture files share: random samples, Pillow's reading, a PNG writer."""
import io
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

SIDE = 8
LEVELS = {"drop": None, "white": 255, "black": 0}


def values(channels, maximum, seed=3):
    return np.random.default_rng(seed).integers(0, maximum + 1, (SIDE, SIDE, channels)).astype(np.int64)


def encoded(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def over(colours, alpha, level):
    """PIL.Image.paste with alpha as its mask."""
    if level is None or alpha is None:
        return colours
    return (colours * alpha[..., None] + level * (255 - alpha[..., None]) + 127) // 255


def as_rgb(colours):
    return np.repeat(colours, 3, 2) if colours.shape[2] == 1 else colours


def everywhere(colours, alpha=None):
    return {name: as_rgb(over(colours, alpha, level)) for name, level in LEVELS.items()}


def pillow(content):
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
    if image.has_transparency_data:
        rgba = np.asarray(image.convert("RGBA")).astype(np.int64)
        return everywhere(rgba[..., :3], rgba[..., 3])
    return everywhere(np.asarray(image.convert("RGB")).astype(np.int64))


ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def packed_rows(samples, bits):
    rows = b""
    for row in samples:
        flat = row.reshape(-1)
        if bits == 16:
            rows += b"\0" + flat.astype(">u2").tobytes()
        else:
            digits = "".join(f"{value:0{bits}b}" for value in flat)
            digits += "0" * (-len(digits) % 8)
            rows += b"\0" + int(digits, 2).to_bytes(len(digits) // 8, "big")
    return rows


def png(samples, bits, colour_type, *chunks, interlaced=False, behind=()):
    passes = [samples[y::dy, x::dx] for x, y, dx, dy in ADAM7] if interlaced else [samples]
    data = b"".join(packed_rows(one, bits) for one in passes if one.size)
    header = struct.pack(">IIBBBBB", SIDE, SIDE, bits, colour_type, 0, 0, int(interlaced))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunks) + chunk(b"IDAT", zlib.compress(data)) + b"".join(behind) + chunk(b"IEND", b"")


def to_8(samples, bits):
    return np.rint(samples * 255 / (2 ** bits - 1)).astype(np.int64)


def transparent(colour):
    return chunk(b"tRNS", struct.pack(f">{len(colour)}H", *colour))


def smooth():
    y, x, c = np.ogrid[:SIDE, :SIDE, :3]
    return Image.fromarray(((20 * x + 9 * y + 70 * c) % 256).astype(np.uint8))
