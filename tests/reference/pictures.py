"""Small picture files of every kind, and what Pillow reads from them: what the decoder must agree with.

A row is name -> (content, expected): expected is None for what must be refused by name, else a dictionary of the values
of the knob `alpha` -> RGB pixels. Pillow's own reading is the expectation but for samples of 16 bits, of which Pillow
keeps the upper half and this project v / 257, rounded."""
import itertools

from picture_basics import pillow
from picture_formats import bmps, jpegs, pngs, pnms, webps
from picture_orientation import orientations
from picture_tiff import tiffs


def rows():
    for name, content, expected in itertools.chain(pngs(), jpegs(), webps(), bmps(), pnms(), tiffs()):
        yield name, content, pillow(content) if isinstance(expected, str) else expected
    for name, content in orientations():
        yield "exif-" + name, content, pillow(content)
