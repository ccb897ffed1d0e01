#!/usr/bin/env python3
"""What `robustcheck evaluate --scores` must agree with for every knob of the class preprocessing: Pillow, OpenCV, torch
and the formulas of the documentation, as a user would write them.

    preprocessing_reference.py make FOLDER                     writes pictures of many kinds
    preprocessing_reference.py golden FOLDER DECODER.INC       writes the JPEG files of DECODER.INC
    preprocessing_reference.py scores MODEL.pt MODEL.json IMAGES [DECODER.INC] < CONFIGURATIONS
CONFIGURATIONS is a JSON list of knob assignments; prints a JSON list of scores, a row per image in sorted path order.
With DECODER.INC, what djpeg made of a file replaces Pillow's decoder.
"""

import json
import math
import re
import sys
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image, ImageOps

CV_FILTERS = {"nearest": cv2.INTER_NEAREST, "linear": cv2.INTER_LINEAR, "area": cv2.INTER_AREA,
              "cubic": cv2.INTER_CUBIC, "lanczos4": cv2.INTER_LANCZOS4}
NORMALIZATIONS = {"half": (1 / 255, 0.5, 0.5), "unit": (1 / 255, 0.0, 1.0), "none": (1.0, 0.0, 1.0)}
REPLACED = re.compile(r'\{"([^"]+)", "([0-9a-f]+)", "decoder", "(\w+)",\s+(\d+), (\d+), (\d+), "([0-9a-f]+)"', re.S)


def picture(index, width, height):
    rng = np.random.default_rng(index)
    coarse = rng.integers(0, 256, (5, 6, 3), dtype=np.uint8)
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).astype(int)
    return np.clip(smooth + rng.integers(-25, 26, smooth.shape), 0, 255).astype(np.uint8)


def make(folder):
    for index in range(48):
        image = Image.fromarray(picture(index, 40 + 7 * (index % 9), 38 + 5 * (index % 7)))
        path, kind = str(Path(folder) / f"{index:02}"), index % 8
        turned = Image.Exif()
        turned[0x112] = 6
        if kind < 3:
            image.save(path + ".jpg", quality=85, subsampling=("4:2:0", "4:4:4", "4:2:2")[kind])
        elif kind == 3:
            image.save(path + ".jpg", quality=85, exif=turned)
        elif kind == 4:
            image.convert("L").save(path + ".png")
        elif kind == 5:
            image.convert("L").save(path + ".jpg")
        else:
            alpha = Image.fromarray(picture(index + 100, *image.size)[..., 0])
            image = image if kind == 6 else image.convert("L")
            image.putalpha(alpha)
            image.save(path + ".png")


def golden_rows(inc):
    return REPLACED.findall(Path(inc).read_text())


def golden(folder, inc):
    for name, content, *_ in golden_rows(inc):
        (Path(folder) / name).write_bytes(bytes.fromhex(content))


def from_djpeg(inc, name, value):
    for row in golden_rows(inc):
        if row[0] == name and row[2] == value:
            width, height, channels = map(int, row[3:6])
            pixels = np.frombuffer(bytes.fromhex(row[6]), np.uint8).reshape(height, width, channels)
            return pixels[..., ::-1] if channels == 3 else pixels[..., 0]
    raise KeyError((name, value))


def decoded(path, config):
    """height x width, or height x width x RGB."""
    image = Image.open(path)
    if config.get("exif_orientation") != "ignore":
        image = ImageOps.exif_transpose(image)
    mode = "L" if image.mode in ("L", "LA") else "RGB"
    if image.mode in ("LA", "RGBA") and config.get("alpha", "drop") != "drop":
        level = 255 if config["alpha"] == "white" else 0
        background = Image.new(mode, image.size, (level,) * 3 if mode == "RGB" else level)
        background.paste(image.convert(mode), mask=image.getchannel("A"))
        image = background
    return np.asarray(image.convert(mode))


def through_bt709(rgb):
    kr, kb = 0.2126, 0.0722
    weights = np.array([kr, 1 - kr - kb, kb])
    first = np.repeat(np.repeat(rgb[::2, ::2], 2, 0), 2, 1).astype(float)
    y = np.floor(16.5 + 219 / 255 * (rgb @ weights))
    cb = np.floor(128.5 + 224 / 255 * (first[..., 2] - first @ weights) / (2 - 2 * kb))
    cr = np.floor(128.5 + 224 / 255 * (first[..., 0] - first @ weights) / (2 - 2 * kr))
    luma = (y - 16) * 255 / 219
    red = luma + (2 - 2 * kr) * (cr - 128) * 255 / 224
    blue = luma + (2 - 2 * kb) * (cb - 128) * 255 / 224
    green = (luma - kr * red - kb * blue) / (1 - kr - kb)
    return np.clip(np.floor(np.stack([red, green, blue], -1) + 0.5), 0, 255).astype(np.uint8)


def through_yuv(image, kind, matrix):
    if kind == "none":
        return image
    rgb = np.stack([image] * 3, -1) if image.ndim == 2 else image
    height, width = rgb.shape[:2]
    rgb = np.pad(rgb, ((0, height % 2), (0, width % 2), (0, 0)), "edge")
    if matrix == "bt709":
        result = through_bt709(rgb)
    else:
        i420 = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2YUV_I420)
        rows = rgb.shape[0]
        chroma = i420[rows:].reshape(2, -1)
        nv12 = np.concatenate([i420[:rows], chroma.T.reshape(rows // 2, -1)])
        result = cv2.cvtColor(nv12, cv2.COLOR_YUV2RGB_NV12) if kind == "nv12" else cv2.cvtColor(i420, cv2.COLOR_YUV2RGB_I420)
    result = result[:height, :width]
    return result[..., 0] if image.ndim == 2 else result


def grayed(rgb, weights):
    if weights == "average":
        return ((rgb.astype(int).sum(-1) + 1) // 3).astype(np.uint8)
    return cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY)


def covering(width, height, aim):
    if width <= height:
        return aim, int(aim * height / width)
    return int(aim * width / height), aim


def sizes(width, height, preprocess, config):
    """What the resize aims at, and whether a centre crop follows; square networks only."""
    side, resize = preprocess["input"]["width"], preprocess["resize"]
    rule, fraction = config.get("resize_rule", "as_specified"), config.get("crop_fraction", "as_specified")
    if rule == "direct":
        return (side, side), False
    if rule == "shorter_side_crop" or fraction != "as_specified":
        aim = math.floor(side / (0.875 if fraction == "as_specified" else float(fraction)))
        keeps_aspect = rule == "shorter_side_crop" or resize["rule"] == "shorter_side"
        return (covering(width, height, aim) if keeps_aspect else (aim, aim)), True
    if resize["rule"] == "shorter_side":
        return covering(width, height, resize["size"]), True
    return (side, side), False


def by_plane(image, resize):
    return np.stack([resize(image[..., c]) for c in range(3)], -1) if image.ndim == 3 else resize(image)


def resized(image, size, name, rounding):
    library, kind = name.split("-")
    if library == "torch":
        def resize(plane):
            batch = torch.from_numpy(plane.astype(np.float32))[None, None]
            return torch.nn.functional.interpolate(batch, size[::-1], mode=kind, antialias=True)[0, 0].numpy()
        values = by_plane(image, resize)
        if rounding == "round":
            return np.clip(np.rint(values), 0, 255)
    elif rounding == "round":
        if library == "pillow":
            return np.asarray(Image.fromarray(image).resize(size, Image.Resampling[kind.upper()]))
        return cv2.resize(image, size, interpolation=CV_FILTERS[kind])
    elif library == "pillow":
        values = by_plane(image, lambda plane: np.asarray(Image.fromarray(plane.astype(np.float32)).resize(size, Image.Resampling[kind.upper()])))
    else:
        values = cv2.resize(image.astype(np.float32), size, interpolation=CV_FILTERS[kind])
    return np.clip(np.floor(values + np.float32(0.001)), 0, 255) if rounding == "truncate" else values


def centre_crop(image, side):
    top, left = (round((whole - side) / 2) for whole in image.shape[:2])
    return image[top : top + side, left : left + side]


def normalised(planes, preprocess, knob):
    count = len(planes)
    if knob == "as_specified":
        scale, mean, std = preprocess["scale"], preprocess["mean"], preprocess["std"]
    elif knob == "imagenet":
        scale = 1 / 255
        mean, std = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]) if count == 3 else ([0.449], [0.226])
    else:
        scale, mean, std = NORMALIZATIONS[knob]
        mean, std = [mean] * count, [std] * count
    column = lambda values: np.array(values).reshape(-1, 1, 1)
    return ((planes * scale - column(mean)) / column(std)).astype(np.float32)


def network_input(image, preprocess, config):
    channels, side = preprocess["input"]["channels"], preprocess["input"]["width"]
    image = through_yuv(image, config.get("yuv", "none"), config.get("yuv_matrix", "bt601"))
    if channels == "gray" and image.ndim == 3:
        image = grayed(image, config.get("gray", "bt601"))
    size, crop = sizes(image.shape[1], image.shape[0], preprocess, config)
    name = config.get("resize_filter", "as_specified")
    image = resized(image, size, preprocess["resize"]["filter"] if name == "as_specified" else name, config.get("rounding", "round"))
    image = centre_crop(image, side) if crop else image
    planes = image.transpose(2, 0, 1) if image.ndim == 3 else np.stack([image] * (1 if channels == "gray" else 3))
    if config.get("channel_order") == "swapped":
        planes = planes[::-1]
    return normalised(planes.astype(float), preprocess, config.get("normalization", "as_specified"))


def scores(model_path, preprocess_path, folder, inc=None):
    torch.set_num_threads(1)
    model, preprocess = torch.jit.load(model_path).eval(), json.loads(Path(preprocess_path).read_text())
    paths = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    results = []
    for config in json.load(sys.stdin):
        pixels = [from_djpeg(inc, p.name, config.get("decoder", "islow")) if inc else decoded(p, config) for p in paths]
        inputs = torch.from_numpy(np.stack([network_input(image, preprocess, config) for image in pixels]))
        with torch.inference_mode():
            results.append(torch.cat([model(batch) for batch in inputs.split(32)]).tolist())
    print(json.dumps(results))


if __name__ == "__main__":
    {"make": make, "golden": golden, "scores": scores}[sys.argv[1]](*sys.argv[2:])
