"""Small picture files of every kind, and what Pillow reads from them: what the decoder must agree with.

A row is name -> (content, expected): expected is None for what must be refused by name, else a dictionary of the values
of the knob `alpha` -> RGB pixels. Pillow's own reading is the expectation but for samples of 16 bits, of which Pillow
keeps the upper half and this project v / 257, rounded."""
import io
import itertools
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


# --- PNG

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


# --- JPEG, WebP, BMP

def without_adobe(content):
    at = content.index(b"\xff\xee")
    return content[:at] + content[at + 2 + int.from_bytes(content[at + 2:at + 4], "big"):]


def smooth():
    y, x, c = np.ogrid[:SIDE, :SIDE, :3]
    return Image.fromarray(((20 * x + 9 * y + 70 * c) % 256).astype(np.uint8))


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


# --- PNM

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


# --- TIFF

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


# --- orientation

NUMBERS = {3: "H2x", 4: "I", 6: "b3x", 8: "h2x", 9: "i", 13: "I", 11: "f", 5: "II", 10: "ii", 12: "d", 1: "B3x", 7: "B3x"}


def exif(orientation, kind=3, order="<"):
    """A block with the orientation as a number of that TIFF type, maybe behind the directory."""
    value = struct.pack(order + NUMBERS[kind], *([orientation, 1] if kind in (5, 10) else [float(orientation) if kind in (11, 12) else orientation]))
    field, tail = (value, b"") if len(value) == 4 else (struct.pack(order + "I", 8 + 2 + 12 + 4), value)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    return head + struct.pack(order + "HHHI", 1, 0x112, kind, 1) + field + b"\0\0\0\0" + tail


def xmp(orientation, form='tiff:Orientation="%d"'):
    return b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description %s/></x:xmpmeta>' % (form % orientation).encode()


def app1(block, fill=b"", name=b"Exif\0\0"):
    return b"\xff" + fill + b"\xe1" + struct.pack(">H", len(block) + len(name) + 2) + name + block


def raw_profile(block):
    return b"\nexif\n%8d\n" % len(block) + "\n".join((b"Exif\0\0" + block).hex()[i:i + 72] for i in range(0, 2 * len(block) + 12, 72)).encode() + b"\n"


def in_jpeg(*segments):
    content = encoded(smooth(), "JPEG", quality=90)
    return content[:2] + b"".join(segments) + content[2:]


def in_png(*chunks, behind=()):
    return png(np.asarray(smooth()), 8, 2, *chunks, behind=behind)


def in_webp(*chunks):
    content = encoded(smooth(), "WEBP", lossless=True)
    flags = sum({b"EXIF": 8, b"XMP ": 4}[kind] for kind, _ in chunks)
    extended = struct.pack("<4sII", b"VP8X", 10, flags) + struct.pack("<I", SIDE - 1)[:3] + struct.pack("<I", SIDE - 1)[:3]
    more = b"".join(kind + struct.pack("<I", len(block)) + block + b"\0" * (len(block) % 2) for kind, block in chunks)
    body = b"WEBP" + extended + content[12:] + more
    return b"RIFF" + struct.pack("<I", len(body)) + body


def orientations():
    packet = b"http://ns.adobe.com/xap/1.0/\0"
    for n in range(10):
        block = exif(n)
        yield f"jpeg-{n}", in_jpeg(app1(block))
        yield f"jpeg-{n}-fill", in_jpeg(app1(block, fill=b"\xff\xff"))
        yield f"jpeg-{n}-split", in_jpeg(app1(block[:20]), app1(block[20:]))
        yield f"jpeg-{n}-xmp", in_jpeg(app1(xmp(n), name=packet))
        yield f"jpeg-{n}-xmp-element", in_jpeg(app1(xmp(n, "><tiff:Orientation>%d</tiff:Orientation"), name=packet))
        yield f"png-{n}", in_png(chunk(b"eXIf", block))
        yield f"png-{n}-prefix", in_png(chunk(b"eXIf", b"Exif\0\0" + block))
        yield f"png-{n}-behind", in_png(behind=[chunk(b"eXIf", block)])
        yield f"png-{n}-raw-ztxt", in_png(chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(raw_profile(block))))
        yield f"png-{n}-raw-text", in_png(chunk(b"tEXt", b"Raw profile type exif\0" + raw_profile(block)))
        yield f"png-{n}-xmp", in_png(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(n)))
        yield f"png-{n}-xmp-packed", in_png(chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(xmp(n))))
        yield f"webp-{n}", in_webp((b"EXIF", block))
        yield f"webp-{n}-prefix", in_webp((b"EXIF", b"Exif\0\0" + block))
        yield f"webp-{n}-xmp", in_webp((b"XMP ", xmp(n)))
    for kind, order in itertools.product(NUMBERS, "<>"):
        yield f"jpeg-type{kind}-{'II' if order == '<' else 'MM'}", in_jpeg(app1(exif(6, kind, order)))
    yield "jpeg-exif-before-xmp", in_jpeg(app1(exif(3)), app1(xmp(6), name=packet))
    yield "jpeg-cut", in_jpeg(app1(exif(6)[:20]))


def rows():
    for name, content, expected in itertools.chain(pngs(), jpegs(), webps(), bmps(), pnms(), tiffs()):
        yield name, content, pillow(content) if isinstance(expected, str) else expected
    for name, content in orientations():
        yield "exif-" + name, content, pillow(content)
