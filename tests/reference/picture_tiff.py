"""TIFF files of every kind."""
import itertools
import struct

import numpy as np
from PIL import Image
from picture_basics import SIDE, encoded, everywhere, over, packed_rows, pillow, smooth, to_8, values


def tiff(samples, bits, photometric, order="<", planar=False, extra=None, sample_format=1, palette=None, orientation=1):
    """One strip (or one per plane), no compression."""
    channels = samples.shape[2]
    planes = [samples[..., c:c + 1] for c in range(channels)] if planar else [samples]
    strips = [packed(plane, bits, order) for plane in planes]
    entries = [(256, 3, [SIDE]), (257, 3, [SIDE]), (258, 3, [bits] * channels), (259, 3, [1]), (262, 3, [photometric]),
               (273, 4, [8 + sum(map(len, strips[:i])) for i in range(len(strips))]), (274, 3, [orientation]), (277, 3, [channels]),
               (278, 3, [SIDE]), (279, 4, [len(strip) for strip in strips]), (284, 3, [2 if planar else 1])]
    entries += [(338, 3, [extra])] if extra is not None else []
    entries += [(320, 3, palette)] if palette is not None else []
    entries += [(339, 3, [sample_format] * channels)]
    at = 8 + sum(map(len, strips))
    values_at, table, tail = at + 2 + 12 * len(entries) + 4, b"", b""
    for tag, kind, numbers in sorted(entries):
        packed_numbers = struct.pack(f"{order}{len(numbers)}{'H' if kind == 3 else 'I'}", *numbers)
        if len(packed_numbers) > 4:
            packed_numbers, tail = struct.pack(f"{order}I", values_at + len(tail)), tail + packed_numbers
        table += struct.pack(f"{order}HHI", tag, kind, len(numbers)) + packed_numbers.ljust(4, b"\0")
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", at)
    return head + b"".join(strips) + struct.pack(f"{order}H", len(entries)) + table + b"\0\0\0\0" + tail


def packed(samples, bits, order):
    if bits >= 8:
        return samples.astype(f"{order}u{bits // 8}").tobytes()
    return b"".join(row[1:] for row in (packed_rows(line[None], bits) for line in samples))


def tiffs():
    for order, bits in itertools.product("<>", (1, 2, 4, 8, 16)):
        samples = values(1, 2 ** bits - 1)
        name, eight = f"tiff-gray-{bits}bit-{'II' if order == '<' else 'MM'}", to_8(samples, bits)
        refused = bits in (2, 4)
        yield name + "-black0", tiff(samples, bits, 1, order), None if refused else everywhere(eight)
        yield name + "-white0", tiff(samples, bits, 0, order), None if refused else everywhere(255 - eight)
    for order, bits, planar in itertools.product("<>", (8, 16), (False, True)):
        samples = values(3, 2 ** bits - 1)
        refused = bits == 16 and planar
        yield f"tiff-rgb-{bits}bit-{'II' if order == '<' else 'MM'}" + "-planes" * planar, tiff(samples, bits, 2, order, planar), None if refused else everywhere(to_8(samples, bits))
    colours = [int(value) for value in np.random.default_rng(7).integers(0, 256, 3 * 256) * 257]
    for bits in (4, 8):
        content = tiff(values(1, 2 ** bits - 1), bits, 3, palette=colours[:3 * 2 ** bits])
        yield f"tiff-palette-{bits}bit", content, None if bits == 4 else pillow(content)
    yield from clear_tiffs()
    for mode, compression in itertools.product(("1", "L", "RGB", "P"), ("tiff_lzw", "tiff_adobe_deflate", "packbits")):
        yield f"tiff-{mode}-{compression}", encoded(smooth().convert(mode), "TIFF", compression=compression), "pillow"
    yield "tiff-1-group4", encoded(smooth().convert("1"), "TIFF", compression="group4"), "pillow"
    yield "tiff-RGB-jpeg", encoded(smooth(), "TIFF", compression="jpeg"), "pillow"
    for orientation in range(1, 9):
        for bits, channels in ((8, 3), (16, 1), (16, 3)):
            samples = values(channels, 2 ** bits - 1)
            content = tiff(samples, bits, 2 if channels == 3 else 1, orientation=orientation)
            yield f"tiff-orientation{orientation}-{bits}bit-{channels}", content, everywhere(turned(to_8(samples, bits), orientation))
    yield "tiff-float", encoded(Image.fromarray(values(1, 255)[..., 0].astype(np.float32)), "TIFF"), None
    yield "tiff-int32", encoded(Image.fromarray(values(1, 255)[..., 0].astype(np.int32)), "TIFF"), None
    yield "tiff-signed16", tiff(values(1, 65535), 16, 1, sample_format=2), None
    yield "tiff-lab", encoded(Image.new("LAB", (SIDE, SIDE), (100, 20, 200)), "TIFF"), None
    yield "tiff-cmyk-16bit", tiff(values(4, 65535), 16, 5), None
    yield "tiff-palette-16bit", tiff(values(1, 65535), 16, 3, palette=[0] * 12), None
    yield "tiff-big", encoded(smooth(), "TIFF", big_tiff=True), None


def clear_tiffs():
    """With alpha, which the knob does not reach: libtiff multiplies unassociated alpha of 8 bits in, else it is dropped.
    CMYK: libtiff cuts where Pillow rounds."""
    eight, deep = values(4, 255), values(4, 65535)
    rgba, gray = Image.fromarray(eight.astype(np.uint8)), values(2, 255)
    yield "tiff-rgba", encoded(rgba, "TIFF"), everywhere(over(eight[..., :3], eight[..., 3], 0))
    yield "tiff-gray-alpha", encoded(Image.fromarray(gray.astype(np.uint8), "LA"), "TIFF"), everywhere(gray[..., :1])
    yield "tiff-rgba-premultiplied", tiff(eight, 8, 2, extra=1), everywhere(eight[..., :3])
    yield "tiff-rgbx", tiff(eight, 8, 2, extra=0), everywhere(eight[..., :3])
    yield "tiff-rgba-16bit", tiff(deep, 16, 2, extra=2), everywhere(to_8(deep, 16)[..., :3])
    yield "tiff-gray-alpha-16bit", tiff(deep[..., :2], 16, 1, extra=2), None
    yield "tiff-cmyk", encoded(Image.fromarray(eight.astype(np.uint8), "CMYK"), "TIFF"), everywhere((255 - eight[..., :3]) * (255 - eight[..., 3:]) // 255)
    yield "bmp-rgba", encoded(rgba, "BMP"), everywhere(eight[..., :3])


def turned(pixels, orientation):
    methods = dict(enumerate((0, 3, 1, 5, 4, 6, 2), 2))
    planes = [Image.fromarray(pixels[..., c].astype(np.uint8)) for c in range(pixels.shape[2])]
    if orientation in methods:
        planes = [plane.transpose(Image.Transpose(methods[orientation])) for plane in planes]
    return np.stack([np.asarray(plane) for plane in planes], 2).astype(np.int64)
