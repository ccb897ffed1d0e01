#!/usr/bin/env python3
"""Makes data/signs/: the second shipped example, pictograms in colour. draw_signs.py draws them, from nothing.

    pip install torch==2.13.0 numpy pillow
    python3 data/make_signs.py                     everything (about 3 minutes of one core)
    python3 data/make_signs.py --only signs        one of: images, signs, signs-seed2; the models need the images
    python3 data/make_signs.py --check             writes nothing: measures the files that are there

Made with Python 3.11, torch 2.13.0 (CPU), numpy 1.26.4, Pillow 13.0.0.

Writes into data/signs/ (or --out DIR):
    images/CLASS/NNN.jpg       40 test images of each of the 15 classes
    train/CLASS/NNN.jpg        160 training images of each class
    NAME.pt, NAME.json         TorchScript traced in eval mode, for any batch size, and its preprocessing file

What the example is for decides what is drawn: four pairs of classes are the same picture in another colour (chroma,
channel order), two pairs differ in a detail of a few pixels (decoder, resize filter) and one pair is a mirror image.
The JPEG files are 4:2:0 and the images larger than the 64 x 64 that the network takes. The network has a node for the
structural knobs: batch norm, GELU, max pooling that ceil mode changes, average pooling that counts its padding.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from draw_signs import SIGNS, render
from make_fashion import save_traced

SIZE = 64
SCALE = 1 / 255
MEAN, STD = [0.4732, 0.4958, 0.4756], [0.1981, 0.1840, 0.2067]  # of the resized training images
CLASSES = list(SIGNS)
THREADS = 1  # part of the recipe: another number sums in another order
SEEDS = {"signs": 1, "signs-seed2": 2}
EPOCHS = 24
PARTS = {"images": 40, "train": 160}  # folder, images of each class


def write_images(out: Path) -> None:
    for part, (folder, count) in enumerate(PARTS.items()):
        for label, (name, sign) in enumerate(SIGNS.items()):
            (out / folder / name).mkdir(parents=True, exist_ok=True)
            for index in range(count):
                rng = np.random.default_rng([6, part, label, index])  # an image does not depend on the others
                picture, quality = render(sign, rng), int(rng.integers(82, 92))
                picture.save(out / folder / name / f"{index:03}.jpg", quality=quality, subsampling=2, optimize=True)


def block(channels_in: int, channels_out: int, activation: nn.Module, pool: nn.Module) -> nn.Sequential:
    conv = nn.Conv2d(channels_in, channels_out, kernel_size=3, padding=1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(channels_out), activation, pool)


def signs_net() -> nn.Module:
    """Maps of 64, 31, 16, 7 and 4 pixels; in ceil mode 64, 32, 16 or 17, 8 and 4: the adaptive pooling takes either."""
    blocks = [
        block(3, 12, nn.ReLU(), nn.MaxPool2d(3, stride=2)),
        block(12, 24, nn.GELU(), nn.AvgPool2d(3, stride=2, padding=1)),
        block(24, 48, nn.GELU(), nn.MaxPool2d(3, stride=2)),
        block(48, 64, nn.ReLU(), nn.AdaptiveAvgPool2d(4)),
    ]
    return nn.Sequential(*blocks, nn.Flatten(), nn.Linear(64 * 4 * 4, 64), nn.GELU(), nn.Linear(64, len(CLASSES)))


def read_part(folder: Path) -> tuple[Tensor, Tensor]:
    """The pipeline of the preprocessing file -> N x 3 x 64 x 64 of float32, normalised, and the labels."""
    paths = [(path, label) for label, name in enumerate(CLASSES) for path in sorted((folder / name).glob("*.jpg"))]
    resized = [np.asarray(Image.open(path).resize((SIZE, SIZE), Image.Resampling.BILINEAR)) for path, _ in paths]
    scaled = torch.from_numpy(np.stack(resized)).float() * SCALE
    inputs = (scaled - torch.tensor(MEAN)) / torch.tensor(STD)
    return inputs.permute(0, 3, 1, 2).contiguous(), torch.tensor([label for _, label in paths])


def preprocessing_file() -> str:
    entries = {
        "input": {"width": SIZE, "height": SIZE, "channels": "rgb"},
        "resize": {"rule": "exact", "filter": "pillow-bilinear"},
        "scale": SCALE,
        "mean": MEAN,
        "std": STD,
        "output": "logits",
        "classes": CLASSES,
    }
    return "{\n" + ",\n".join(f'  "{key}": {json.dumps(value)}' for key, value in entries.items()) + "\n}\n"


def augment(batch: Tensor) -> Tensor:
    """Shifted by up to 3 pixels and no more: a network that has seen everything would be a poor example."""
    padded = functional.pad(batch, (3, 3, 3, 3), mode="replicate")
    places = torch.randint(0, 7, (len(batch), 2)).tolist()
    return torch.stack([image[:, y : y + SIZE, x : x + SIZE] for image, (x, y) in zip(padded, places)])


def train(seed: int, inputs: Tensor, labels: Tensor) -> nn.Module:
    torch.manual_seed(seed)
    net = signs_net().to(memory_format=torch.channels_last)
    batch_size = 48
    steps = EPOCHS * (len(inputs) // batch_size)
    optimizer = torch.optim.AdamW(net.parameters(), weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.006, total_steps=steps)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(inputs)).split(batch_size):
            batch = augment(inputs[rows]).to(memory_format=torch.channels_last)
            loss = functional.cross_entropy(net(batch), labels[rows], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return net.to(memory_format=torch.contiguous_format).eval()


def write_model(name: str, out: Path) -> None:
    start = time.monotonic()
    net = train(SEEDS[name], *read_part(out / "train"))
    save_traced(net, torch.zeros(2, 3, SIZE, SIZE), out / f"{name}.pt")
    (out / f"{name}.json").write_text(preprocessing_file())
    print(f"{name}: trained in {time.monotonic() - start:.0f} s")


def measure(name: str, out: Path) -> str:
    """A row of the table in data/README.md."""
    path = out / f"{name}.pt"
    model = torch.jit.load(path)
    inputs, labels = read_part(out / "images")
    with torch.inference_mode():
        right = torch.cat([model(rows) for rows in inputs.split(100)]).argmax(1) == labels
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"| {name}.pt | {SEEDS[name]} | {right.float().mean():.2%} | {path.stat().st_size:,} | {digest} |"


def run(only: str | None, check: bool, out: Path) -> None:
    torch.set_num_threads(THREADS)
    torch.use_deterministic_algorithms(True)
    if only == "images" and not check:
        write_images(out)
        return
    if not check:
        write_model(only, out)
    for name in [only] if only in SEEDS else SEEDS:
        print(measure(name, out), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=["images", *SEEDS], help="make this artefact alone")
    parser.add_argument("--check", action="store_true", help="make nothing, measure the models that are there")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "signs")
    args = parser.parse_args()
    if args.only or args.check:
        run(args.only, args.check, args.out)
        return
    for name in ["images", *SEEDS]:  # a process each: within one, torch numbers the classes of later models
        subprocess.run([sys.executable, __file__, "--only", name, "--out", args.out], check=True)


if __name__ == "__main__":
    main()
