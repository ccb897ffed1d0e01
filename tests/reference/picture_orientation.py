"""One picture with its orientation told in every way."""
import itertools
import struct
import zlib

import numpy as np
from picture_basics import SIDE, chunk, encoded, png, smooth

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
