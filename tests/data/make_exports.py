#!/usr/bin/env python3
"""Makes kinds of TorchScript files that people export, all from the weights of data/fashion/fashion.pt.

    python3 tests/data/make_exports.py OUT [KIND...]     KIND: all below KINDS unless given

Writes OUT/KIND.pt and OUT/KIND.json, its preprocessing file. Needs torch and numpy only.
"""

import copy
import json
import sys
import warnings
import zipfile
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

FASHION = Path(__file__).parents[2] / "data/fashion"
PREPROCESSING = json.loads((FASHION / "fashion.json").read_text())
EXAMPLE = torch.linspace(-1, 1, 2 * 32 * 32).reshape(2, 1, 32, 32)


class Net(nn.Module):
    """What data/make_fashion.py trains, with the features apart."""

    def __init__(self) -> None:
        super().__init__()

        def block(channels_in: int, channels_out: int) -> nn.Sequential:
            conv = nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=False)
            return nn.Sequential(conv, nn.BatchNorm2d(channels_out), nn.ReLU(), nn.MaxPool2d(2))

        self.features = nn.Sequential(block(1, 12), block(12, 24), block(24, 48), nn.Flatten())
        self.head = nn.Sequential(nn.Linear(48 * 4 * 4, 64), nn.ReLU(), nn.Linear(64, 10))

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x))


def trained(name: str = "fashion") -> Net:
    places = {"0": "features.0", "1": "features.1", "2": "features.2", "4": "head.0", "6": "head.2"}
    state = {}
    for key, value in torch.jit.load(str(FASHION / f"{name}.pt")).state_dict().items():
        first, rest = key.split(".", 1)
        state[f"{places[first]}.{rest}"] = value
    net = Net()
    net.load_state_dict(state)
    return net.eval().requires_grad_(False)


class Around(nn.Module):
    """A network in another, with something before or behind it."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


class Features(Around):
    def forward(self, x: Tensor) -> Tensor:
        return self.net.features(x)


class Index(Around):
    """A table of indices, as Swin's."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__(net)
        self.register_buffer("order", torch.arange(10))

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)[:, self.order]


class Mask(Around):
    def __init__(self, net: nn.Module) -> None:
        super().__init__(net)
        self.register_buffer("off", torch.zeros(10, dtype=torch.bool))

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x).masked_fill(self.off, -30.0)


class Number(Around):
    """A whole number that bf16 cannot hold, in arithmetic."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__(net)
        self.register_buffer("step", torch.tensor(257))

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x) * (self.step - 256).to(x.dtype)


class Complex(Around):
    """A complex parameter: each frequency is turned there and back."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__(net)
        self.turn = nn.Parameter(torch.polar(torch.ones(32, 17), torch.full((32, 17), 0.6)), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        back = torch.polar(torch.ones(1), torch.full((1,), -0.6))
        return self.net(torch.fft.irfft2(torch.fft.rfft2(x) * self.turn * back, s=[32, 32]))


class Table(Around):
    """A table added to the input, as positional embeddings are: no weight of a layer."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__(net)
        self.table = nn.Parameter(torch.linspace(-0.01, 0.01, 1024).reshape(1, 1, 32, 32), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x + self.table)


class Depthwise(nn.Module):
    """Weights of 1 x 1 and of one channel, whose strides say nothing about their layout. Not trained."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.features = nn.Sequential(
            nn.Conv2d(1, 32, 3, stride=2, padding=1),
            nn.ReLU(),
            *(layer for _ in range(3) for layer in (nn.Conv2d(32, 32, 3, padding=1, groups=32), nn.Conv2d(32, 32, 1), nn.ReLU())),
        )
        self.head = nn.Linear(32, 10)
        for parameter in self.parameters():
            parameter.requires_grad_(False).mul_(3.0)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x).mean((2, 3)))


class Ensemble(nn.Module):
    def __init__(self, *nets: nn.Module) -> None:
        super().__init__()
        self.nets = nn.ModuleList(nets)

    def forward(self, x: Tensor) -> Tensor:
        total = torch.zeros(1)
        for net in self.nets:
            total = total + net(x)
        return total / len(self.nets)


class Masked(Around):
    """Two classes that the application has not: ruled out by minus infinity."""

    def forward(self, x: Tensor) -> Tensor:
        scores = self.net(x)
        return torch.cat([scores, torch.full((scores.shape[0], 2), float("-inf"))], 1)


class Underflow(Around):
    """The logarithm of a softmax that has lost its small values."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.log(torch.softmax(self.net(x) * 25.0, 1))


class MaskedDropout(Around):
    """Dropout that was left on, beside a score of -1e9."""

    def forward(self, x: Tensor) -> Tensor:
        scores = self.net.head(F.dropout(self.net.features(x), 0.5, True))
        return torch.cat([scores, torch.full((scores.shape[0], 1), -1.0e9)], 1)


class Counter(Around):
    """Counts its calls, and its scores fade with them."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__(net)
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        self.calls.add_(1.0)
        return self.net(x) / (1.0 + 0.001 * self.calls)


class OnlyCounts(Counter):
    """Counts its calls, and nothing comes of it."""

    def forward(self, x: Tensor) -> Tensor:
        self.calls.add_(1.0)
        return self.net(x)


class OneScore(Around):
    """Whether it is a shoe, as one probability."""

    def forward(self, x: Tensor) -> Tensor:
        shares = self.net(x).softmax(1)
        return shares[:, 5:6] + shares[:, 7:8] + shares[:, 9:10]


class FixedBatch(Around):
    def forward(self, x: Tensor) -> Tensor:
        return self.net.head(self.net.features(x).view(1, -1))


class Squeezed(Around):
    def forward(self, x: Tensor) -> Tensor:
        return self.net(x).squeeze()


class Nhwc(Around):
    def forward(self, x: Tensor) -> Tensor:
        return self.net(x.permute(0, 3, 1, 2))


class Bytes(Around):
    def forward(self, x: Tensor) -> Tensor:
        assert x.dtype == torch.uint8, "expected a uint8 picture"
        return self.net((x.float() / 255.0 - 0.2856) / 0.3385)


class Ramp(Around):
    """Makes a tensor on a device that the trace has written down."""

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x + 0.0 * torch.arange(32, device=x.device, dtype=x.dtype))


def frozen(module: nn.Module, out: Path) -> torch.jit.ScriptModule:
    """Frozen, saved and loaded again: its weights are constants of its graph."""
    torch.jit.freeze(torch.jit.script(module.eval())).save(str(out / "part.pt"))
    part = torch.jit.load(str(out / "part.pt"))
    (out / "part.pt").unlink()
    return part


def half_frozen(net: Net, out: Path) -> torch.jit.ScriptModule:
    return torch.jit.script(nn.Sequential(Around(frozen(Features(net), out)), net.head).eval())


def in_buffers(net: Net) -> torch.jit.ScriptModule:
    """Weights that are no parameters."""
    net = copy.deepcopy(net)
    for module in list(net.modules()):
        for name, parameter in list(module.named_parameters(recurse=False)):
            delattr(module, name)
            module.register_buffer(name, parameter.detach())
    return torch.jit.trace(net, EXAMPLE)


def quantized(net: Net) -> torch.jit.ScriptModule:
    """Static int8, by torch.ao's eager mode."""
    from torch.ao import quantization as q

    whole = q.QuantWrapper(copy.deepcopy(net)).eval()
    q.fuse_modules(whole, [[f"module.features.{i}.{k}" for k in range(3)] for i in range(3)], inplace=True)
    whole.qconfig = q.get_default_qconfig("x86")
    prepared = q.prepare(whole)
    prepared(torch.randn(64, 1, 32, 32, generator=torch.Generator().manual_seed(0)))
    return torch.jit.trace(q.convert(prepared), EXAMPLE)


def dynamic(net: Net) -> torch.jit.ScriptModule:
    from torch.ao.quantization import quantize_dynamic

    return torch.jit.script(quantize_dynamic(copy.deepcopy(net), {nn.Linear}))


def train_mode(net: Net) -> torch.jit.ScriptModule:
    """Traced before eval(): batch norms use the statistics of the batch."""
    return torch.jit.trace(copy.deepcopy(net).train(), EXAMPLE, check_trace=False)


def in_type(net: Net, dtype: torch.dtype) -> torch.jit.ScriptModule:
    return torch.jit.trace(copy.deepcopy(net).to(dtype), EXAMPLE.to(dtype))


def script(module: nn.Module) -> torch.jit.ScriptModule:
    return torch.jit.script(module.eval())


def trace(module: nn.Module, example: Tensor = EXAMPLE) -> torch.jit.ScriptModule:
    return torch.jit.trace(module.eval(), example)


KINDS = {
    "traced": lambda net, out: trace(net),
    "scripted": lambda net, out: script(net),
    "frozen": lambda net, out: torch.jit.freeze(script(net)),
    "wrapped": lambda net, out: script(Around(frozen(net, out))),
    "half_frozen": half_frozen,
    "closure": lambda net, out: torch.jit.trace(lambda x: net(x), EXAMPLE),
    "buffers": lambda net, out: in_buffers(net),
    "index": lambda net, out: trace(Index(net)),
    "mask": lambda net, out: trace(Mask(net)),
    "number": lambda net, out: trace(Number(net)),
    "complex": lambda net, out: trace(Complex(net)),
    "table": lambda net, out: script(Table(net)),
    "depthwise": lambda net, out: script(Depthwise()),
    "ensemble": lambda net, out: script(Ensemble(net, trained("fashion-seed2"))),
    "quantized": lambda net, out: quantized(net),
    "dynamic": lambda net, out: dynamic(net),
    "train_mode": lambda net, out: train_mode(net),
    "masked": lambda net, out: script(Masked(net)),
    "underflow": lambda net, out: script(Underflow(net)),
    "masked_dropout": lambda net, out: script(MaskedDropout(net)),
    "counter": lambda net, out: script(Counter(net)),
    "only_counts": lambda net, out: script(OnlyCounts(net)),
    "one_score": lambda net, out: script(OneScore(net)),
    "fixed_batch": lambda net, out: trace(FixedBatch(net), EXAMPLE[:1]),
    "squeezed": lambda net, out: script(Squeezed(net)),
    "half": lambda net, out: in_type(net, torch.half),
    "bf16": lambda net, out: in_type(net, torch.bfloat16),
    "fp64": lambda net, out: in_type(net, torch.double),
    "nhwc": lambda net, out: script(Nhwc(net)),
    "bytes": lambda net, out: script(Bytes(net)),
    "cuda": lambda net, out: trace(Ramp(net)),
    "optimized": lambda net, out: torch.jit.optimize_for_inference(script(net)),
}
CHANGES = {
    "masked": {"classes": [*PREPROCESSING["classes"], "unused_a", "unused_b"]},
    "masked_dropout": {"classes": [*PREPROCESSING["classes"], "unused"]},
    "underflow": {"output": "log_probs"},
    "one_score": {"classes": []},
    "bytes": {"scale": 1.0, "mean": [0], "std": [1]},
    "squeezed": {"input": {**PREPROCESSING["input"], "batch": 1}},
}


def name_cuda(path: Path) -> None:
    """As a trace on a machine with CUDA writes it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            code = part.replace(b'torch.device("cpu")', b'torch.device("cuda:0")')
            archive.writestr(name, code if name.endswith(".py") else part)


def main(out: Path, kinds: list[str]) -> None:
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    out.mkdir(parents=True, exist_ok=True)
    for kind in kinds or KINDS:
        KINDS[kind](trained(), out).save(str(out / f"{kind}.pt"))
        (out / f"{kind}.json").write_text(json.dumps({**PREPROCESSING, **CHANGES.get(kind, {})}))
    if (out / "cuda.pt").exists():
        name_cuda(out / "cuda.pt")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
