"""Train the network that tells eye movements apart, and score it on people it has not seen.

    python -m venv ENV; ENV/bin/pip install torch==2.13.0 msgspec scipy
    PYTHONPATH=src ENV/bin/python tools/train_movements.py $GAZEWIRE_DATA --folds 4  # scores only
    PYTHONPATH=src ENV/bin/python tools/train_movements.py $GAZEWIRE_DATA            # the weights

It learns from two sets under the MIT licence (irf and oemc) and from the traces that
`movement_traces.py` makes. Of the Lund set it sees nothing.

In oemc a target led the eye, and the labels follow the target: small saccades within a pursuit are
pursuit there, and oscillations are not told from the saccades before them. The loss therefore takes
a saccade of oemc as "saccade or oscillation".
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np
import torch
from movement_traces import SACCADE, Floats, make_trace
from numpy.random import Generator
from numpy.typing import NDArray
from torch import nn

from gazewire.motion.classifier import Classifier
from gazewire.motion.features import FEATURES, features
from gazewire.motion.grid import GRID_HZ, resample
from gazewire.motion.network import LEVELS, Network

REPOSITORY = Path(__file__).parents[1]
WEIGHTS = REPOSITORY / "src/gazewire/motion/movements.npz"

CLASSES = 5
WIDTHS = (10, 14, 20, 24, 28, 32, 32)
TAPS_DOWN = ((5, 3), (5, 3), (5, 5), (5, 5), (5, 5), (5, 5), (5, 5))
TAPS_UP = (5, 5, 5, 5, 3, 3)
WINDOW = 4096
# Windows of each kind in a batch.
OEMC, IRF, MADE = 4, 2, 5
RATE = 4e-3
MADE_TRACES = 1200
UPDATES = 2400
VARIATIONS = {"oemc": 1, "irf": 6}


@dataclass(frozen=True, slots=True)
class Example:
    """Features (F, M) and labels (M,) of one stretch on the grid; label 0 is not learned."""

    features: NDArray[np.float32]
    labels: NDArray[np.int8]


def on_grid(t_s: Floats, position_deg: Floats, labels: NDArray[np.int8]) -> Example:
    """What the network sees of a trace, each point with the label of the nearest sample."""
    seen = np.isfinite(position_deg).all(axis=0)
    trace = resample(t_s, np.where(seen, position_deg, 0), seen)
    at_s = trace.start_s + np.arange(len(trace.lost)) / GRID_HZ
    after = np.clip(np.searchsorted(t_s, at_s), 1, len(t_s) - 1)
    nearest = after - (at_s - t_s[after - 1] < t_s[after] - at_s)
    return Example(features(trace), labels[nearest])


def varied(
    rng: Generator, t_s: Floats, position_deg: Floats, labels: NDArray[np.int8]
) -> Iterator[Example]:
    """A recording in pieces, of another scale, noise, rate and place in the picture."""
    every = int(rng.choice((1, 1, 2, 5))) if t_s[1] - t_s[0] < 0.002 else 1
    scale = np.exp(rng.uniform(-0.45, 0.45))
    noise = rng.choice((0, 0, 1)) * rng.lognormal(np.log(0.02), 0.6)
    hz = 1 / (t_s[1] - t_s[0])
    start = 0
    while start < len(t_s) - hz:
        end = start + round(hz * rng.choice((2.5, 8.5, 30)))
        at = slice(start, end, every)
        piece = scale * position_deg[:, at]
        piece = piece + noise * rng.standard_normal(piece.shape)
        if len(t_s[at]) > 10:
            yield on_grid(t_s[at], piece, labels[at])
        start = end


class Recording(Protocol):
    """What the script that comes with the data gives for a file."""

    name: str
    group: str
    t_s: Floats
    x_deg: Floats
    y_deg: Floats
    labels: NDArray[np.integer]


class Pool:
    """Examples of one kind, of which windows are drawn."""

    def __init__(self, examples: list[Example]) -> None:
        self.examples = examples
        self.points = np.cumsum([len(e.labels) for e in examples])

    def draw(self, rng: Generator) -> Example:
        """A window, short ones filled up with zeros."""
        one = self.examples[np.searchsorted(self.points, rng.integers(self.points[-1]), "right")]
        start = int(rng.integers(max(1, len(one.labels) - WINDOW + 1)))
        cut = one.features[:, start : start + WINDOW]
        labels = one.labels[start : start + WINDOW]
        short = WINDOW - cut.shape[1]
        return Example(np.pad(cut, ((0, 0), (0, short))), np.pad(labels, (0, short)))


def block(inside: int, out: int, taps: int) -> nn.Sequential:
    """A convolution, normalised and rectified."""
    conv = nn.Conv1d(inside, out, taps, padding=taps // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm1d(out), nn.ReLU())


class TorchNetwork(nn.Module):
    """What `gazewire.motion.network` evaluates, in the form that can learn."""

    def __init__(self) -> None:
        super().__init__()
        inside = (FEATURES, *WIDTHS)
        self.first = nn.ModuleList(
            block(inside[k], WIDTHS[k], TAPS_DOWN[k][0]) for k in range(LEVELS)
        )
        self.second = nn.ModuleList(
            block(WIDTHS[k], WIDTHS[k], TAPS_DOWN[k][1]) for k in range(LEVELS)
        )
        self.up = nn.ModuleList(
            block(WIDTHS[k + 1] + WIDTHS[k], WIDTHS[k], TAPS_UP[k]) for k in range(LEVELS - 1)
        )
        self.out = nn.Conv1d(WIDTHS[0], CLASSES, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Log odds (windows, classes, points) of features (windows, FEATURES, points)."""
        kept = []
        for k in range(LEVELS):
            if k:
                kept.append(x)
                x = nn.functional.avg_pool1d(x, 2)
            x = self.second[k](self.first[k](x))
        for k in reversed(range(LEVELS - 1)):
            x = torch.cat((torch.repeat_interleave(x, 2, dim=2), kept[k]), dim=1)
            x = self.up[k](x)
        return self.out(x)

    def arrays(self) -> dict[str, NDArray[np.float16]]:
        """The weights as shipped: normalisation folded in, taps first, half precision."""
        arrays: dict[str, NDArray[np.float16]] = {}

        def put(name: str, weight: torch.Tensor, bias: torch.Tensor) -> None:
            taps_first = weight.detach().permute(2, 0, 1)
            arrays[f"{name}.weight"] = taps_first.numpy().astype(np.float16)
            arrays[f"{name}.bias"] = bias.detach().numpy().astype(np.float16)

        def fold(name: str, layer: nn.Sequential) -> None:
            conv, norm = layer[0], layer[1]
            gain = norm.weight / torch.sqrt(norm.running_var + norm.eps)
            put(name, conv.weight * gain[:, None, None], norm.bias - norm.running_mean * gain)

        for k in range(LEVELS):
            fold(f"down{k}a", self.first[k])
            fold(f"down{k}b", self.second[k])
        for k in range(LEVELS - 1):
            fold(f"up{k}", self.up[k])
        put("out", self.out.weight, self.out.bias)
        return arrays


def loss(log_odds: torch.Tensor, labels: torch.Tensor, led: torch.Tensor) -> torch.Tensor:
    """Cross entropy; in the windows that are led, a saccade may be an oscillation too."""
    log_p = torch.log_softmax(log_odds, dim=1)
    chosen = torch.gather(log_p, 1, (labels - 1).clamp(min=0)[:, None])[:, 0]
    either = torch.logaddexp(log_p[:, SACCADE - 1], log_p[:, SACCADE])
    chosen = torch.where(led[:, None] & (labels == SACCADE), either, chosen)
    known = labels > 0
    return -(chosen * known).sum() / known.sum()


def train(pools: dict[str, Pool], updates: int, seed: int) -> TorchNetwork:
    """The network that so many batches of windows make, of the pools oemc, irf and made."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = TorchNetwork()
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=updates)
    counts = {"oemc": OEMC, "irf": IRF, "made": MADE}
    led = torch.tensor([kind == "oemc" for kind, count in counts.items() for _ in range(count)])
    sums, began = 0.0, time.perf_counter()
    for update in range(1, updates + 1):
        batch = [pools[kind].draw(rng) for kind, count in counts.items() for _ in range(count)]
        x = torch.from_numpy(np.stack([e.features for e in batch]))
        labels = torch.from_numpy(np.stack([e.labels for e in batch]).astype(np.int64))
        value = loss(net(x), labels, led)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        schedule.step()
        sums += value.item()
        if update % 100 == 0:
            spent_s = time.perf_counter() - began
            sys.stderr.write(f"{update:6d} {sums / 100:.4f} {spent_s:.0f} s\n")
            sums = 0.0
    return net.eval()


def scoring(data: Path) -> ModuleType:
    """The script that comes with the data, as a module."""
    spec = importlib.util.spec_from_file_location("eval_movements", data / "eval_movements.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def all_examples(
    recordings: list[Recording], seed: int
) -> tuple[list[Example], dict[str, list[Example]]]:
    """Examples from made traces, and from each recording by name: as it is, and varied."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(MADE_TRACES):
        trace = make_trace(rng, rng.choice((1.2, 4, 10)))
        made.append(on_grid(trace.t_s, trace.position_deg, trace.labels))
    examples: dict[str, list[Example]] = {}
    for r in recordings:
        position, labels = np.stack((r.x_deg, r.y_deg)), r.labels.astype(np.int8)
        mine = [on_grid(r.t_s, position, labels)]
        for _ in range(VARIATIONS[r.group]):
            mine += varied(rng, r.t_s, position, labels)
        examples[r.name] = mine
    return made, examples


def fold_of(name: str, folds: int) -> int:
    """Both eyes of a user are in one fold; S1 is in the first, S2 in the second."""
    number = int(name[4:6]) if name.startswith("user") else int(name[1:])
    return (number - 1) % folds


def learned(
    made: list[Example], real: dict[str, list[Example]], updates: int, seed: int
) -> TorchNetwork:
    """A network trained on made traces and on real recordings, by name."""
    pools = {"made": Pool(made)}
    for kind, beginning in (("oemc", "user"), ("irf", "S")):
        mine = [e for name, some in real.items() if name.startswith(beginning) for e in some]
        pools[kind] = Pool(mine)
    return train(pools, updates, seed)


def main() -> None:
    """Read the command line, train, and ship or score."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="the folder of development data")
    parser.add_argument("--folds", type=int, help="only score, each fold by training on the others")
    parser.add_argument("--updates", type=int, default=UPDATES)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    score = scoring(args.data)
    loaded = score.load(args.data / "movements-dev", None)
    recordings = [r for r in loaded if r.group in {"irf", "oemc"}]
    made, real = all_examples(recordings, args.seed)
    if args.folds is None:
        network = learned(made, real, args.updates, args.seed)
        np.savez_compressed(WEIGHTS, **network.arrays())
        return
    tallies: dict[str, Any] = {}  # of a class that only the data's script knows
    for fold in range(args.folds):
        known = {name: e for name, e in real.items() if fold_of(name, args.folds) != fold}
        network = learned(made, known, args.updates, args.seed)
        classifier = Classifier(Network.from_arrays(network.arrays()))
        unseen = [r for r in recordings if r.name not in known]
        for group, tally in score.evaluate(classifier, unseen).items():
            whole = tallies.setdefault(group, score.Tally())
            whole.confusion += tally.confusion
            for label, counts in tally.events.items():
                whole.events[label] += counts
            whole.samples += tally.samples
            whole.seconds += tally.seconds
    score.report({"cross-validated": tallies})


if __name__ == "__main__":
    main()
