"""Draws the pictures of data/signs/: what is on a sign, and how it is seen. make_signs.py says what they are for.

Every number of a picture comes from the generator that `render` is given.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw, ImageFilter

CANVAS = 288  # a sign is drawn flat at this size, then put into perspective
FINE = 3  # the perspective is taken at this multiple of the image's size

Points = list[tuple[float, float]]  # -1 to 1, x to the right, y down


def polar(count: int, radius: float, start: float = 0) -> Points:
    """Corners of a regular polygon; start in degrees, 0 is up."""
    angles = [math.radians(start + 360 * i / count) for i in range(count)]
    return [(radius * math.sin(a), -radius * math.cos(a)) for a in angles]


def mirrored(points: Points) -> Points:
    return [(-x, y) for x, y in points]


def smoothed(points: Points, rounds: int = 3) -> Points:
    """Chaikin's corner cutting: a closed curve from a few points."""
    for _ in range(rounds):
        following = points[1:] + points[:1]
        pairs = list(zip(points, following))
        points = [(a[0] * (1 - t) + b[0] * t, a[1] * (1 - t) + b[1] * t) for a, b in pairs for t in (0.25, 0.75)]
    return points


def ring(gap: float) -> Points:
    """An open ring as one polygon; the gap in degrees, at the upper right."""
    angles = np.radians(np.linspace(45 + gap / 2, 405 - gap / 2, 90))
    outer = [(0.52 * math.sin(a), -0.52 * math.cos(a)) for a in angles]
    inner = [(0.36 * math.sin(a), -0.36 * math.cos(a)) for a in angles]
    return outer + inner[::-1]


def bars(count: int) -> list[Points]:
    """Upright bars over the same width, with about the same ink whatever their number."""
    pitch = 1.2 / (count - 0.5)
    lefts = [-0.6 + i * pitch for i in range(count)]
    return [[(x, -0.55), (x + pitch / 2, -0.55), (x + pitch / 2, 0.55), (x, 0.55)] for x in lefts]


ARROW = [(0.14, -0.32), (0.14, -0.56), (0.62, -0.18), (0.14, 0.2), (0.14, -0.04)]
TURN = [(-0.42, 0.6), (-0.42, -0.32), *ARROW, (-0.14, -0.04), (-0.14, 0.6)]
BOLT = [(0.06, -0.38), (-0.28, 0.24), (-0.03, 0.24), (-0.14, 0.66), (0.28, 0.06), (0.04, 0.06), (0.22, -0.38)]
TONGUES = [(-0.5, 0.25), (-0.3, -0.3), (-0.2, 0.0), (0.0, -0.7), (0.3, -0.2), (0.36, -0.35), (0.5, 0.3)]
FLAME = smoothed([*TONGUES, (0.2, 0.62), (-0.25, 0.62)])
ROUND = np.linspace(0, 2 * math.pi, 60)
DROP = [(0.46 * math.sin(t) * math.sin(t / 2) ** 1.4, 0.05 - 0.62 * math.cos(t)) for t in ROUND]
STAR = [p for pair in zip(polar(5, 0.6), polar(5, 0.25, 36)) for p in pair]
BAR = [(-0.6, -0.16), (0.6, -0.16), (0.6, 0.16), (-0.6, 0.16)]

DISC, OCTAGON, DIAMOND = polar(72, 1), polar(8, 1.04, 22.5), polar(4, 1.15)
SQUARE = polar(4, 1.27, 45)
TRIANGLE = [(0, -1), (1.06, 0.86), (-1.06, 0.86)]
SHIELD = [(-0.85, -0.9), (0.85, -0.9), (0.85, 0.3), (0, 1), (-0.85, 0.3)]

WHITE, BLACK, BLUE, GREEN, RED = (238, 238, 232), (28, 28, 30), (24, 84, 178), (22, 122, 62), (190, 34, 40)
YELLOW, ORANGE, TEAL, PURPLE, BROWN = (238, 190, 30), (228, 122, 26), (10, 128, 136), (122, 62, 150), (116, 76, 44)


class Sign(NamedTuple):
    plate: Points
    face: tuple[int, int, int]
    ink: tuple[int, int, int]
    glyph: list[Points]


SIGNS = {
    "turn_left_blue": Sign(DISC, BLUE, WHITE, [mirrored(TURN)]),
    "turn_right_blue": Sign(DISC, BLUE, WHITE, [TURN]),
    "turn_right_green": Sign(DISC, GREEN, WHITE, [TURN]),
    "bolt_yellow": Sign(TRIANGLE, YELLOW, BLACK, [BOLT]),
    "bolt_orange": Sign(TRIANGLE, ORANGE, BLACK, [BOLT]),
    "flame_red": Sign(DIAMOND, RED, WHITE, [FLAME]),
    "flame_blue": Sign(DIAMOND, BLUE, WHITE, [FLAME]),
    "drop_teal": Sign(SQUARE, TEAL, WHITE, [DROP]),
    "drop_purple": Sign(SQUARE, PURPLE, WHITE, [DROP]),
    "bars_four": Sign(SQUARE, BLUE, WHITE, bars(4)),
    "bars_five": Sign(SQUARE, BLUE, WHITE, bars(5)),
    "ring_closed": Sign(DISC, BLUE, WHITE, [ring(0)]),
    "ring_open": Sign(DISC, BLUE, WHITE, [ring(24)]),
    "halt_red": Sign(OCTAGON, RED, WHITE, [BAR]),
    "star_brown": Sign(SHIELD, BROWN, WHITE, [STAR]),
}


def flat(sign: Sign, rng: Generator) -> tuple[Image.Image, Image.Image]:
    """The sign seen straight on, and where it is. Paint differs a little from plate to plate and fades."""
    fade = rng.uniform(0, 0.5)

    def paint(colour: tuple[int, int, int]) -> tuple[int, ...]:
        mixed = (1 - fade) * (np.array(colour) + rng.uniform(-26, 26, 3)) + fade * 150
        return tuple(int(c) for c in mixed.clip(0, 255))

    def at(points: Points) -> Points:
        return [((x * 0.75 + 1) * CANVAS / 2, (y * 0.75 + 1) * CANVAS / 2) for x, y in points]

    face, ink = paint(sign.face), paint(sign.ink)
    picture, mask = Image.new("RGB", (CANVAS, CANVAS), ink), Image.new("L", (CANVAS, CANVAS))
    ImageDraw.Draw(mask).polygon(at(sign.plate), fill=255)
    draw = ImageDraw.Draw(picture)
    middle = 0.3 if sign.plate is TRIANGLE else 0  # so that the border is equally wide
    draw.polygon(at([(x * 0.87, (y - middle) * 0.87 + middle) for x, y in sign.plate]), fill=face)
    for polygon in sign.glyph:
        draw.polygon(at(polygon), fill=ink)
    return picture, mask


def any_colour(rng: Generator, strong: bool = False) -> np.ndarray:
    gray = rng.uniform(40, 215)
    return (gray + rng.uniform(-1, 1, 3) * (90 if strong else 24)).clip(0, 255)


def leaf_colour(rng: Generator) -> np.ndarray:
    return (np.array([70, 105, 45]) * rng.uniform(0.35, 1.5) + rng.uniform(-25, 25, 3)).clip(0, 255)


def gradient(size: tuple[int, int], rng: Generator) -> np.ndarray:
    angle = rng.uniform(0, 2 * math.pi)
    x, y = np.meshgrid(np.linspace(-0.5, 0.5, size[0]), np.linspace(-0.5, 0.5, size[1]))
    share = (0.5 + 0.8 * (x * math.cos(angle) + y * math.sin(angle))).clip(0, 1)[..., None]
    return any_colour(rng) * share + any_colour(rng) * (1 - share)


def clouds(size: tuple[int, int], rng: Generator) -> np.ndarray:
    """Noise of several grain sizes, about -1 to 1."""
    total = np.zeros((size[1], size[0], 1))
    for cells in (3, 7, 16, 40):
        grid = Image.fromarray(rng.uniform(-1, 1, (cells, cells)).astype(np.float32))
        total += np.asarray(grid.resize(size, Image.Resampling.BICUBIC))[..., None] * cells**-0.35
    return total


def stripes(size: tuple[int, int], rng: Generator) -> np.ndarray:
    """Cladding, fences, brick courses: about 0 to 1."""
    angle, period = rng.choice([0, math.pi / 2]) + rng.normal(0, 0.15), rng.uniform(5, 22)
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    wave = np.sin((x * math.cos(angle) + y * math.sin(angle)) * 2 * math.pi / period)
    return (wave * rng.uniform(1, 4)).clip(-1, 1)[..., None] / 2 + 0.5


def scatter(size: tuple[int, int], rng: Generator, count: int, length: float, leafy: bool) -> Image.Image:
    """Patches with soft corners: leaves when small and green, things in the street when large."""
    layer = Image.new("RGBA", size)
    draw = ImageDraw.Draw(layer)
    for _ in range(count):
        long, angle = length * rng.uniform(0.5, 1.4), rng.uniform(0, 180)
        wide = long * rng.uniform(0.25, 0.5 if leafy else 1)
        turn = np.exp(1j * math.radians(angle))
        curve = [complex(x * long, y * wide) * turn for x, y in polar(10, 0.5, rng.uniform(0, 36))]
        x, y = rng.uniform(0, size[0]), rng.uniform(0, size[1])
        colour = leaf_colour(rng) if leafy else any_colour(rng, strong=True)
        draw.polygon([(x + p.real, y + p.imag) for p in curve], fill=(*(int(c) for c in colour), 255))
    return layer


def background(size: tuple[int, int], rng: Generator) -> Image.Image:
    base = gradient(size, rng) + clouds(size, rng) * rng.uniform(4, 40)
    kind = rng.integers(5)
    if kind == 1:
        base = base + (stripes(size, rng) - 0.5) * rng.uniform(20, 110)
    picture = Image.fromarray(base.clip(0, 255).astype(np.uint8)).convert("RGBA")
    if kind in (2, 3):
        picture.alpha_composite(scatter(size, rng, int(rng.integers(4, 14)), size[0] * 0.3, leafy=False))
    if kind in (3, 4):
        picture.alpha_composite(scatter(size, rng, int(rng.integers(120, 420)), size[0] * 0.1, leafy=True))
    return picture.convert("RGB").filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 1.6)))


def homography(corners: np.ndarray) -> list[float]:
    """Image.transform's eight numbers: from the four corners in the image to those of the canvas."""
    rows, values = [], []
    for (x, y), (u, v) in zip(corners, [(0, 0), (CANVAS, 0), (CANVAS, CANVAS), (0, CANVAS)]):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return np.linalg.solve(np.array(rows), np.array(values)).tolist()


def view(size: tuple[int, int], rng: Generator) -> list[float]:
    """Scale, place, a small turn, and every corner a little off: a camera that does not stand straight in front."""
    side = min(size) * rng.uniform(0.56, 1.1)  # of the canvas; the plate is three quarters of it
    turn = np.exp(1j * rng.normal(0, math.radians(7)))
    square = np.array([-1 - 1j, 1 - 1j, 1 + 1j, -1 + 1j]) * turn * side / 2
    off = (rng.uniform(-1, 1, 4) + 1j * rng.uniform(-1, 1, 4)) * side * 0.075
    room = max(0, (min(size) - 0.8 * side) / 2)
    centre = complex(size[0] / 2 + rng.uniform(-1, 1) * room, size[1] / 2 + rng.uniform(-1, 1) * room)
    corners = (square + off + centre) * FINE
    return homography(np.stack([corners.real, corners.imag], 1))


def lit(picture: Image.Image, rng: Generator) -> Image.Image:
    """Light: its strength, colour and direction, haze and the sensor's noise."""
    pixels = np.asarray(picture).astype(np.float64)
    x, y = np.meshgrid(np.linspace(-1, 1, picture.width), np.linspace(-1, 1, picture.height))
    slope = 1 + (x * rng.uniform(-0.2, 0.2) + y * rng.uniform(-0.2, 0.2))[..., None]
    gain = math.exp(rng.normal(-0.1, 0.3)) * (1 + rng.uniform(-1, 1, 3) * [0.18, 0.05, 0.18])
    haze = rng.uniform(0, 0.35)
    pixels = (pixels * slope * gain) * (1 - haze) + 165 * haze
    pixels += rng.normal(0, rng.uniform(0.5, 6), pixels.shape)
    return Image.fromarray(pixels.round().clip(0, 255).astype(np.uint8))


def render(sign: Sign, rng: Generator) -> Image.Image:
    size = (int(rng.integers(88, 113)), int(rng.integers(88, 113)))
    fine = (size[0] * FINE, size[1] * FINE)
    picture = background(size, rng)
    numbers = view(size, rng)
    seen, where = [
        layer.transform(fine, Image.Transform.PERSPECTIVE, numbers, Image.Resampling.BILINEAR).reduce(FINE)
        for layer in flat(sign, rng)
    ]
    picture.paste(seen, (0, 0), where)
    if rng.uniform() < 0.45:
        leaves = scatter(size, rng, int(rng.integers(3, 12)), size[0] * 0.14, leafy=True)
        picture.paste(leaves, (0, 0), leaves)
    return lit(picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 1.2))), rng)
