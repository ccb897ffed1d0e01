#!/usr/bin/env python3
"""What `robustcheck evaluate` must agree with: one variance, in torch, OpenCV and Pillow as a user would write it.

    pip install torch==2.13.0 "numpy<2" opencv-python-headless==4.6.0.66 pillow
    evaluate_reference.py MODEL.pt MODEL.json IMAGES VARIANCE

VARIANCE is JSON: {"data": [{"transform": "rotate", "degrees": 30}], "config": {"precision": "bf16"}}.
IMAGES is an ImageFolder whose class directories MODEL.json names. Prints one line, in sorted path order:
{"images": count, "accuracy": share, "predictions": [class indices]}
"""

import json
import os
import sys
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image

PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16, "fp64": torch.float64}
PIL_MODES = {"gray": "L", "rgb": "RGB"}


def to_8_bit(pixels):
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)


def warp(image, matrix):
    return cv2.warpAffine(image, matrix, image.shape[1::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)


def rotate(image, degrees):
    centre = ((image.shape[1] - 1) / 2, (image.shape[0] - 1) / 2)
    return warp(image, cv2.getRotationMatrix2D(centre, degrees, 1.0))


def translate(image, x=0.0, y=0.0):
    return warp(image, np.array([[1, 0, x * image.shape[1]], [0, 1, y * image.shape[0]]], np.float64))


def brightness(image, offset):
    return to_8_bit(image.astype(np.float64) + 255 * offset)


def contrast(image, factor):
    return to_8_bit((image.astype(np.float64) - 127.5) * factor + 127.5)


def gaussian_blur(image, sigma):
    return cv2.GaussianBlur(image, (0, 0), sigma * min(image.shape[:2]) / 224)


def jpeg(image, quality):
    bgr = image[..., ::-1] if image.ndim == 3 else image
    decoded = cv2.imdecode(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_UNCHANGED)
    return decoded[..., ::-1] if image.ndim == 3 else decoded


TRANSFORMS = {f.__name__: f for f in (rotate, translate, brightness, contrast, gaussian_blur, jpeg)}


def network_input(path, preprocess, steps):
    """Channels x height x width, normalised. Of the preprocessing rules only `exact` with Pillow's bilinear filter."""
    assert preprocess["resize"] == {"rule": "exact", "filter": "pillow-bilinear"} and "crop" not in preprocess
    image = np.asarray(Image.open(path).convert(PIL_MODES[preprocess["input"]["channels"]]))
    for step in steps:
        image = TRANSFORMS[step["transform"]](image, **{k: v for k, v in step.items() if k != "transform"})
    size = (preprocess["input"]["width"], preprocess["input"]["height"])
    resized = np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BILINEAR), np.float32)
    planes = np.atleast_3d(resized) * preprocess["scale"] - np.array(preprocess["mean"])
    return (planes / np.array(preprocess["std"])).astype(np.float32).transpose(2, 0, 1)


def main(model_path, preprocess_path, images_path, variance_text):
    torch.set_num_threads(1)
    preprocess, variance = json.loads(Path(preprocess_path).read_text()), json.loads(variance_text)
    assert variance.get("config", {}).keys() <= {"precision"}, "precision is the only knob here"
    dtype = PRECISIONS[variance.get("config", {}).get("precision", "fp32")]
    model = torch.jit.load(model_path).eval().to(dtype)
    paths = sorted(Path(images_path).glob("*/*.*"), key=lambda p: os.fsencode(p.relative_to(images_path)))
    inputs = np.stack([network_input(p, preprocess, variance.get("data", [])) for p in paths])
    with torch.inference_mode():
        scores = torch.cat([model(batch.to(dtype)).float() for batch in torch.from_numpy(inputs).split(32)])
    predictions = scores.numpy().argmax(1)  # the lowest index among equals, which bf16 does produce
    labels = [preprocess["classes"].index(p.parent.name) for p in paths]
    accuracy = float(np.mean(predictions == labels))
    print(json.dumps({"images": len(paths), "accuracy": accuracy, "predictions": predictions.tolist()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
