"""A small convolutional network over time, evaluated with NumPy alone.

The form is a U-Net in one dimension (Ronneberger et al. 2015): convolutions at the rate of the
grid, then at half of it, and so on down to 8 Hz, where a second is eight points; then back up, each
level joined by what was found there on the way down. So a point is judged by its milliseconds and
by the second around it, at little cost. `tools/train_movements.py` makes the weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

__all__ = ["REACH", "STRIDE", "Network", "shipped_network"]

LEVELS = 7
# A point of the lowest level stands for so many of the grid; lengths are multiples of it.
STRIDE = 2 ** (LEVELS - 1)
# Points of the grid on either side that bear on a point.
REACH = 2048

_Layer = tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Network:
    """Weights, and what they make of features.

    Attributes:
        down: two convolutions a level, from the grid's rate down. Each is weights (taps, out, in)
            and bias (out, 1).
        up: one convolution a level but the lowest, from the lowest rate up.
        out: the last one, to log odds of the classes.
    """

    down: tuple[tuple[_Layer, _Layer], ...]
    up: tuple[_Layer, ...]
    out: _Layer

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.floating]]) -> Network:
        """The network whose layers have the names that the training script gives them."""

        def layer(name: str) -> _Layer:
            weights, bias = arrays[f"{name}.weight"], arrays[f"{name}.bias"]
            return weights.astype(np.float32), bias.astype(np.float32)[:, None]

        down = tuple((layer(f"down{k}a"), layer(f"down{k}b")) for k in range(LEVELS))
        up = tuple(layer(f"up{k}") for k in reversed(range(LEVELS - 1)))
        return cls(down, up, layer("out"))

    def __call__(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log odds of the classes.

        Args:
            features: (F, M) float32, M a multiple of `STRIDE`.

        Returns:
            (classes, M) float32, up to a constant a point.
        """
        kept: list[NDArray[np.float32]] = []
        x = features
        for k, (first, second) in enumerate(self.down):
            if k:
                kept.append(x)
                x = (x[:, ::2] + x[:, 1::2]) * np.float32(0.5)
            x = _rectified(_convolved(_rectified(_convolved(x, first)), second))
        for layer, beside in zip(self.up, reversed(kept), strict=True):
            x = np.concatenate((np.repeat(x, 2, axis=1), beside))
            x = _rectified(_convolved(x, layer))
        return _convolved(x, self.out)


def _convolved(x: NDArray[np.float32], layer: _Layer) -> NDArray[np.float32]:
    """Correlate with the taps of a layer; there is nothing beyond the ends."""
    weights, bias = layer
    half = len(weights) // 2
    points = x.shape[1]
    padded = np.pad(x, ((0, 0), (half, half)))
    y: NDArray[np.float32] = weights[0] @ padded[:, :points]
    for tap in range(1, len(weights)):
        y += weights[tap] @ padded[:, tap : tap + points]
    y += bias
    return y


def _rectified(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.maximum(x, 0, out=x)


@cache
def shipped_network() -> Network:
    """The network that comes with the package, read once."""
    weights = resources.files(__package__) / "movements.npz"
    with weights.open("rb") as file, np.load(file) as arrays:
        return Network.from_arrays(arrays)
