#!/usr/bin/env python3
"""Makes tests/data/models/: small network files, good and bad ones, for the tests of the module `runtime`.

    pip install torch==2.13.0
    python3 tests/data/make_models.py [DIR]     DIR: tests/data/models unless given

Made with Python 3.11 and torch 2.13.0 (CPU). Networks take N x 3 x 8 x 8, good ones give N x 5. expected.json holds
what PyTorch computes from the input of ramp(); the tests make the same input.
"""

import json
import sys
import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

CHANNELS, SIZE, CLASSES, BATCH = 3, 8, 5, 4


def ramp(count: int) -> Tensor:
    """Value i is ((i * 37) mod 101) / 50 - 1: exact in float32 up to one rounding, the same in C++."""
    index = torch.arange(count * CHANNELS * SIZE * SIZE, dtype=torch.float64)
    return (torch.remainder(index * 37, 101) / 50 - 1).to(torch.float32).reshape(count, CHANNELS, SIZE, SIZE)


class Net(nn.Module):
    """Convolution, batch norm with statistics that matter, linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(CHANNELS, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2)
        )
        self.head = nn.Linear(8 * 4 * 4, CLASSES)
        norm = self.features[1]
        with torch.no_grad():
            norm.running_mean.uniform_(-0.2, 0.2)
            norm.running_var.uniform_(0.2, 1.5)
            norm.weight.uniform_(0.5, 1.5)
            self.head.weight.mul_(8.0)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x).flatten(1))


class TwoInputs(nn.Module):
    def forward(self, image: Tensor, scale: Tensor) -> Tensor:
        return (image * scale).flatten(1)[:, :5]


class ListInput(nn.Module):
    def forward(self, images: list[Tensor]) -> Tensor:
        return torch.stack(images).flatten(1)[:, :5]


class DictOutput(nn.Module):
    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return {"logits": x.flatten(1)[:, :5]}


class TupleOutput(nn.Module):
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x.flatten(1)[:, :5], x.flatten(1)[:, :2]


class ListOutput(nn.Module):
    def forward(self, x: Tensor) -> list[Tensor]:
        return [x.flatten(1)[:, :5]]


class MapOutput(nn.Module):
    """A map of scores, as a segmentation network gives."""

    def forward(self, x: Tensor) -> Tensor:
        return x * 2.0


class FlatOutput(nn.Module):
    """The scores of one image, without a batch dimension."""

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten()[:5]


class IntegerOutput(nn.Module):
    """The class, not the scores."""

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1)[:, :5].argmax(1, keepdim=True)


class OneRow(nn.Module):
    """What a file traced for one image does: the batch is lost."""

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1)[:1, :5]


class Raises(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        if float(x.sum()) > -1.0e30:
            raise ValueError("this network is on strike")
        return x.flatten(1)[:, :5]


class Greedy(nn.Module):
    """Wants more memory than there is."""

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1)[:, :5] + torch.zeros(1 << 46)[:5]


class InPlace(nn.Module):
    """Normalises its own input, in place."""

    def forward(self, x: Tensor) -> Tensor:
        x.sub_(0.5).mul_(2.0)
        return x.flatten(1)[:, :5]


class NeedsContiguous(nn.Module):
    """Fails in channels_last, as networks with a view inside do."""

    def forward(self, x: Tensor) -> Tensor:
        return x.view(x.size(0), -1)[:, :5]


class FixedFloat(nn.Module):
    """Casts to float32 inside: rejects every other precision of its weights."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(CHANNELS * SIZE * SIZE, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(x.flatten(1).to(torch.float32))


class Structural(nn.Module):
    """One of every node that a conversion tool changes. The defaults are what is saved as structural.pt."""

    def __init__(
        self,
        pool_ceil_mode: bool = False,
        pool_count_include_pad: bool = True,
        gelu: str = "none",
        batch_norm_eps: float = 1e-5,
        layer_norm_eps: float = 1e-5,
        upsample_mode: str = "bilinear",
        align_corners: bool | None = False,
    ) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.conv = nn.Conv2d(CHANNELS, 6, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(6, eps=batch_norm_eps)
        self.gelu = nn.GELU(approximate=gelu)
        self.max_pool = nn.MaxPool2d(3, stride=2, ceil_mode=pool_ceil_mode)
        self.up = nn.Upsample(
            size=(7, 7), mode=upsample_mode, align_corners=None if "nearest" in upsample_mode else align_corners
        )
        self.grid_mode = {"nearest-exact": "bilinear"}.get(upsample_mode, upsample_mode)
        self.align_corners = bool(align_corners)
        self.avg_pool = nn.AvgPool2d(
            3, stride=2, padding=1, ceil_mode=pool_ceil_mode, count_include_pad=pool_count_include_pad
        )
        self.token_norm = nn.LayerNorm(6, eps=layer_norm_eps)
        self.head = nn.Linear(6, CLASSES)
        with torch.no_grad():
            self.norm.running_mean.uniform_(-0.2, 0.2)
            self.norm.running_var.uniform_(0.002, 0.02)
            self.head.weight.mul_(8.0)

    def forward(self, x: Tensor) -> Tensor:
        x = self.up(self.max_pool(self.gelu(self.norm(self.conv(x)))))
        turn = torch.tensor([[0.9, -0.3, 0.1], [0.3, 0.9, 0.0]]).expand(x.size(0), 2, 3)
        grid = nn.functional.affine_grid(turn, [x.size(0), 6, 7, 7], align_corners=self.align_corners)
        x = nn.functional.grid_sample(x, grid, mode=self.grid_mode, align_corners=self.align_corners)
        x = self.avg_pool(x) * 0.05
        return self.head(self.token_norm(x.mean((2, 3))))


class FixedPool(nn.Module):
    """A pooling whose rounding decides how many inputs the last layer has."""

    def __init__(self) -> None:
        super().__init__()
        self.pool = nn.MaxPool2d(3, stride=2)
        self.head = nn.Linear(CHANNELS * 3 * 3, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.pool(x).flatten(1))


class FourClasses(nn.Module):
    """A checkpoint of another task."""

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1)[:, :4]


class Attention(nn.Module):
    """Scripted, it makes LibTorch 2.13's quantisation passes read a null pointer."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(CHANNELS * SIZE, 2, batch_first=True)
        self.head = nn.Linear(CHANNELS * SIZE, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        rows = x.permute(0, 2, 1, 3).flatten(2)
        return self.head(self.attention(rows, rows, rows)[0][:, -1])


class BatchStatistics(nn.Module):
    """A batch norm without statistics: there is no quantized operator like it."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(CHANNELS, CHANNELS, 1)
        self.norm = nn.BatchNorm2d(CHANNELS, track_running_stats=False)
        self.head = nn.Linear(CHANNELS * SIZE * SIZE, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.norm(self.conv(x)).flatten(1))


# What each value of a structural knob does to Structural.
EDITS = {
    "pool_ceil_mode=ceil": {"pool_ceil_mode": True},
    "pool_count_include_pad=exclude": {"pool_count_include_pad": False},
    "gelu=tanh": {"gelu": "tanh"},
    "batch_norm_eps=0.001": {"batch_norm_eps": 0.001},
    "layer_norm_eps=0.001": {"layer_norm_eps": 0.001},
    "layer_norm_eps=1e-06": {"layer_norm_eps": 1e-6},
    "align_corners=true": {"align_corners": True},
    "upsample_mode=nearest": {"upsample_mode": "nearest"},
    "upsample_mode=nearest_exact": {"upsample_mode": "nearest-exact"},
    "upsample_mode=bicubic": {"upsample_mode": "bicubic"},
}


def save_structural(out: Path) -> None:
    """Three files of the same network, what PyTorch computes from networks built with each edit, and odd ones."""
    batch = ramp(BATCH)
    with torch.no_grad():
        plain = Structural().eval()
        torch.jit.trace(plain, ramp(2), check_inputs=[(batch,)]).save(str(out / "structural.pt"))
        torch.jit.script(plain).save(str(out / "structural_scripted.pt"))
        torch.jit.freeze(torch.jit.script(plain), optimize_numerics=False).save(str(out / "structural_frozen.pt"))
        expected = {"batch": BATCH, "logits": {"": plain(batch).tolist()}}
        for name, arguments in EDITS.items():
            expected["logits"][name] = Structural(**arguments).eval()(batch).tolist()
    (out / "structural.json").write_text(json.dumps(expected) + "\n")
    torch.manual_seed(3)
    torch.jit.trace(FixedPool().eval(), ramp(2)).save(str(out / "fixed_pool.pt"))
    torch.jit.script(FourClasses().eval()).save(str(out / "four_classes.pt"))
    torch.jit.trace(Net().eval(), ramp(2)).save(str(out / "other_seed.pt"))
    torch.jit.script(Attention().eval()).save(str(out / "attention.pt"))
    torch.jit.script(BatchStatistics().eval()).save(str(out / "batch_statistics.pt"))


class Tiny(nn.Module):
    """A product below the smallest normal float, made visible again: 0 where denormal numbers count as zero."""

    def forward(self, x: Tensor) -> Tensor:
        return (x.abs().flatten(1)[:, :5] + 1.0) * 1e-30 * 1e-10 * 1e38


class Scatter(nn.Module):
    """Uses an operator that has no deterministic form."""

    def forward(self, x: Tensor) -> Tensor:
        rows = x.flatten(1)[:, :5].clone()
        return rows.put_(torch.zeros(1, dtype=torch.long), torch.ones(1))


class NoHalf(nn.Module):
    """Uses an operator that LibTorch has no half-precision kernel for on a CPU."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.linalg.svdvals(x[:, 0])[:, :5]


def save_good(out: Path, net: Net) -> None:
    example = ramp(2)
    traced = torch.jit.trace(net, example)
    traced.save(str(out / "traced.pt"))
    torch.jit.script(net).save(str(out / "scripted.pt"))
    torch.jit.freeze(traced.eval()).save(str(out / "frozen.pt"))
    odd = {"in_place": InPlace(), "needs_contiguous": NeedsContiguous(), "fixed_float": FixedFloat()}
    odd |= {"tiny": Tiny(), "scatter": Scatter(), "no_half": NoHalf()}
    for name, module in odd.items():
        torch.jit.script(module.eval()).save(str(out / f"{name}.pt"))
    with torch.no_grad():
        rows = net(ramp(BATCH)).tolist()
    (out / "expected.json").write_text(json.dumps({"batch": BATCH, "logits": rows}) + "\n")


def save_bad(out: Path, net: Net) -> None:
    bad = {
        "two_inputs": TwoInputs(),
        "list_input": ListInput(),
        "dict_output": DictOutput(),
        "tuple_output": TupleOutput(),
        "list_output": ListOutput(),
        "map_output": MapOutput(),
        "flat_output": FlatOutput(),
        "integer_output": IntegerOutput(),
        "one_row": OneRow(),
        "raises": Raises(),
        "greedy": Greedy(),
    }
    for name, module in bad.items():
        torch.jit.script(module.eval()).save(str(out / f"{name}.pt"))
    torch.save(net.state_dict(), out / "state_dict.pt")
    torch.save({"epoch": 3, "state_dict": net.head.state_dict()}, out / "checkpoint.pt")
    torch.save(net.head, out / "pickled_module.pt")
    torch.save(net.head.state_dict(), out / "legacy_pickle.pt", _use_new_zipfile_serialization=False)
    torch.jit.script(OneRow().eval())._save_for_lite_interpreter(str(out / "mobile.pt"))
    torch.export.save(torch.export.export(nn.Flatten().eval(), (ramp(2),)), out / "exported.pt2")
    whole = (out / "one_row.pt").read_bytes()
    (out / "truncated.pt").write_bytes(whole[: len(whole) // 2])
    save_unknown_operator(out)
    (out / "empty.pt").write_bytes(b"")
    (out / "text.pt").write_text("weights: see the wiki\n")


def save_unknown_operator(out: Path) -> None:
    """A file that calls an operator of a library that is not loaded, as exports of torchvision's detectors do."""
    library = torch.library.Library("farlib", "DEF")
    library.define("resample(Tensor x) -> Tensor")
    library.impl("resample", lambda x: x * 2, "CPU")

    class Foreign(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.ops.farlib.resample(x).flatten(1)[:, :5]

    torch.jit.trace(Foreign(), ramp(2)).save(str(out / "unknown_operator.pt"))


def main() -> None:
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "models"
    out.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    torch.manual_seed(1)
    net = Net().eval()
    save_good(out, net)
    save_bad(out, net)
    save_structural(out)
    print(f"{out}: {sum(path.stat().st_size for path in out.iterdir())} bytes in {len(list(out.iterdir()))} files")


if __name__ == "__main__":
    main()
