#!/usr/bin/env python3
"""Makes data/fashion/: the models and images of the shipped example, from Debian's dataset-fashion-mnist.

    apt-get install dataset-fashion-mnist
    pip install torch==2.13.0 numpy pillow
    python3 data/make_fashion.py                   everything (about 5 minutes of one core)
    python3 data/make_fashion.py --only tiny       one of: fashion, fashion-seed2, fashion-augmented, tiny, images
    python3 data/make_fashion.py --check           writes nothing: measures the files that are there

Made with Python 3.11, torch 2.13.0 (CPU), numpy 2.4.6, Pillow 13.0.0, dataset-fashion-mnist 0.0~git20200523.55506a9-1.

Writes into data/fashion/ (or --out DIR):
    NAME.pt, NAME.json         TorchScript traced in eval mode, for any batch size, and its preprocessing file
    images/CLASS/NNNNN.png     the first 100 test images of each class; NNNNN is the index in the test set
    train/CLASS/NNNNN.png      the first 300 training images of each class; NNNNN is the index in the training set

The images are 28 x 28 and the networks take 32 x 32: training and measuring both go through the pipeline that the
preprocessing file states (Pillow's bilinear resize of the 8-bit image, then scale, mean and std).
"""

import argparse
import gzip
import hashlib
import io
import json
import math
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable, NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

SOURCE = Path("/usr/share/datasets/fashion-mnist")
CLASSES = ["t-shirt_top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle_boot"]
SIZE = 32
SCALE, MEAN, STD = 1 / 255, 0.2856, 0.3385  # mean and standard deviation of the resized training images
THREADS = 1  # part of the recipe: another number sums in another order


def conv_block(channels_in: int, channels_out: int) -> nn.Sequential:
    conv = nn.Conv2d(channels_in, channels_out, kernel_size=3, padding=1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(channels_out), nn.ReLU(), nn.MaxPool2d(2))


def fashion_net() -> nn.Module:
    head = [nn.Flatten(), nn.Linear(48 * 4 * 4, 64), nn.ReLU(), nn.Linear(64, len(CLASSES))]
    return nn.Sequential(conv_block(1, 12), conv_block(12, 24), conv_block(24, 48), *head)


def tiny_net() -> nn.Module:
    conv = nn.Conv2d(1, 8, kernel_size=5, stride=4, padding=2, bias=False)
    head = [nn.Flatten(), nn.Linear(8 * 4 * 4, len(CLASSES))]
    return nn.Sequential(conv, nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), *head)


class Recipe(NamedTuple):
    net: Callable[[], nn.Module]
    seed: int
    epochs: int
    augmented: bool = False


RECIPES = {
    "fashion": Recipe(fashion_net, seed=1, epochs=8),
    "fashion-seed2": Recipe(fashion_net, seed=2, epochs=8),
    "fashion-augmented": Recipe(fashion_net, seed=1, epochs=12, augmented=True),
    "tiny": Recipe(tiny_net, seed=1, epochs=5),
}


def read_images(part: str) -> np.ndarray:
    """N x 28 x 28, 8 bit; the IDX header is 16 bytes."""
    raw = gzip.open(SOURCE / f"{part}-images-idx3-ubyte.gz").read()
    return np.frombuffer(raw, np.uint8, offset=16).reshape(-1, 28, 28)


def read_labels(part: str) -> np.ndarray:
    return np.frombuffer(gzip.open(SOURCE / f"{part}-labels-idx1-ubyte.gz").read(), np.uint8, offset=8)


def preprocess(images: np.ndarray) -> Tensor:
    """The pipeline of the preprocessing file: N x 28 x 28 of 8 bit -> N x 1 x 32 x 32 of float32, normalised."""
    resized = [np.asarray(Image.fromarray(i).resize((SIZE, SIZE), Image.Resampling.BILINEAR)) for i in images]
    return ((torch.from_numpy(np.stack(resized)).float() * SCALE - MEAN) / STD).unsqueeze(1)


def preprocessing_file() -> str:
    entries = {
        "input": {"width": SIZE, "height": SIZE, "channels": "gray"},
        "resize": {"rule": "exact", "filter": "pillow-bilinear"},
        "scale": SCALE,
        "mean": [MEAN],
        "std": [STD],
        "output": "logits",
        "classes": CLASSES,
    }
    return "{\n" + ",\n".join(f'  "{key}": {json.dumps(value)}' for key, value in entries.items()) + "\n}\n"


def augment(batch: Tensor) -> Tensor:
    """Rotation up to 18 degrees, shift up to 8 %, contrast 0.6 to 1.4, brightness +-0.2, noise up to 0.1 of full range.

    Three images in ten stay as they are.
    """

    def uniform(low: float, high: float) -> Tensor:
        return torch.empty(len(batch), 1, 1, 1).uniform_(low, high)

    angle = uniform(-math.pi / 10, math.pi / 10)
    x, y = uniform(-0.16, 0.16), uniform(-0.16, 0.16)  # affine_grid's coordinates are 2 wide
    matrix = torch.cat([angle.cos(), -angle.sin(), x, angle.sin(), angle.cos(), y], 1).view(-1, 2, 3)
    grid = functional.affine_grid(matrix, list(batch.shape), align_corners=True)
    moved = functional.grid_sample(batch, grid, padding_mode="reflection", align_corners=True) * STD + MEAN
    lit = (moved - 0.5) * uniform(0.6, 1.4) + 0.5 + uniform(-0.2, 0.2)
    noisy = lit + torch.randn_like(lit) * uniform(0, 0.1)
    return torch.where(uniform(0, 1) < 0.3, batch, (noisy.clamp(0, 1) - MEAN) / STD)


def train(recipe: Recipe, inputs: Tensor, labels: Tensor) -> nn.Module:
    torch.manual_seed(recipe.seed)
    net = recipe.net().to(memory_format=torch.channels_last)
    batch_size = 128
    steps = recipe.epochs * (len(inputs) // batch_size)
    optimizer = torch.optim.AdamW(net.parameters(), weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=steps)
    for _ in range(recipe.epochs):
        for rows in torch.randperm(len(inputs)).split(batch_size):
            if len(rows) < batch_size:
                continue
            batch = augment(inputs[rows]) if recipe.augmented else inputs[rows]
            loss = functional.cross_entropy(net(batch), labels[rows], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return net.to(memory_format=torch.contiguous_format).eval()


def save_traced(net: nn.Module, example: Tensor, path: Path) -> None:
    """Without the debug records: they hold the absolute paths of this machine."""
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.trace(net, example, _store_inputs=False), buffer)
    buffer.seek(0)
    reader = torch._C.PyTorchFileReader(buffer)
    writer = torch._C.PyTorchFileWriter(str(path))
    for name in reader.get_all_records():
        if not name.endswith(".debug_pkl") and name not in ("version", "byteorder", ".data/serialization_id"):
            record = reader.get_record(name)
            writer.write_record(name, record, len(record))
    writer.write_end_of_file()


def write_model(name: str, out: Path, inputs: Tensor, labels: Tensor) -> None:
    start = time.monotonic()
    net = train(RECIPES[name], inputs, labels)
    save_traced(net, torch.zeros(2, 1, SIZE, SIZE), out / f"{name}.pt")
    (out / f"{name}.json").write_text(preprocessing_file())
    with torch.inference_mode():
        same = torch.equal(torch.jit.load(out / f"{name}.pt")(inputs[:100]), net(inputs[:100]))
    if not same:
        raise RuntimeError(f"{name}.pt does not give the logits of the network that was saved")
    print(f"{name}: trained in {time.monotonic() - start:.0f} s")


def first_of_each_class(labels: np.ndarray, count: int) -> np.ndarray:
    return np.sort(np.concatenate([np.flatnonzero(labels == c)[:count] for c in range(len(CLASSES))]))


def write_images(images: np.ndarray, labels: np.ndarray, per_class: int, folder: Path) -> None:
    for index in first_of_each_class(labels, per_class):
        path = folder / CLASSES[labels[index]] / f"{index:05}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(images[index]).save(path, optimize=True)


def measure(name: str, out: Path, inputs: Tensor, labels: np.ndarray) -> str:
    """A row of the table in data/README.md."""
    path = out / f"{name}.pt"
    model = torch.jit.load(path)
    with torch.inference_mode():
        right = torch.cat([model(rows) for rows in inputs.split(500)]).argmax(1).numpy() == labels
    shipped = right[first_of_each_class(labels, 100)]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"| {name}.pt | {right.mean():.2%} | {shipped.mean():.1%} | {path.stat().st_size:,} | {digest} |"


def run(only: str | None, check: bool, out: Path) -> None:
    torch.set_num_threads(THREADS)
    torch.use_deterministic_algorithms(True)
    out.mkdir(parents=True, exist_ok=True)
    if only == "images":
        write_images(read_images("t10k"), read_labels("t10k"), 100, out / "images")
        write_images(read_images("train"), read_labels("train"), 300, out / "train")
        return
    if not check:
        labels = torch.from_numpy(read_labels("train").astype(np.int64))
        write_model(only, out, preprocess(read_images("train")), labels)
    test_inputs = preprocess(read_images("t10k"))
    for name in [only] if only else RECIPES:
        print(measure(name, out, test_inputs, read_labels("t10k")), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=[*RECIPES, "images"], help="make this artefact alone")
    parser.add_argument("--check", action="store_true", help="make nothing, measure the models that are there")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "fashion")
    args = parser.parse_args()
    if args.only or args.check:
        run(args.only, args.check, args.out)
        return
    for name in [*RECIPES, "images"]:  # a process each: within one, torch numbers the classes of later models
        subprocess.run([sys.executable, __file__, "--only", name, "--out", args.out], check=True)


if __name__ == "__main__":
    main()
