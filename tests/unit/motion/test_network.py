"""The network computes what is written down of it."""

import numpy as np
import pytest

from gazewire.motion.features import FEATURES
from gazewire.motion.network import LEVELS, REACH, STRIDE, Network, shipped_network


def flat(weights: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Correlation with taps (T, out, in), as its definition has it."""
    half = len(weights) // 2
    padded = np.pad(x, ((0, 0), (half, half)))
    return np.stack(
        [sum(w @ padded[:, k + tap] for tap, w in enumerate(weights)) for k in range(x.shape[1])],
        axis=1,
    )


def random_arrays(seed: int, inside: int = 3, width: int = 4, classes: int = 2) -> dict:
    rng = np.random.default_rng(seed)
    arrays = {}

    def put(name: str, taps: int, out: int, come: int) -> None:
        arrays[f"{name}.weight"] = rng.normal(0, 0.4, (taps, out, come)).astype(np.float16)
        arrays[f"{name}.bias"] = rng.normal(0, 0.4, out).astype(np.float16)

    for k in range(LEVELS):
        put(f"down{k}a", 5, width, inside if k == 0 else width)
        put(f"down{k}b", 3, width, width)
    for k in range(LEVELS - 1):
        put(f"up{k}", 3, width, 2 * width)
    put("out", 1, classes, width)
    return arrays


def by_definition(arrays: dict, x: np.ndarray) -> np.ndarray:
    def layer(name: str, x: np.ndarray) -> np.ndarray:
        bias = arrays[f"{name}.bias"].astype(float)[:, None]
        return flat(arrays[f"{name}.weight"].astype(float), x) + bias

    kept = []
    for k in range(LEVELS):
        if k:
            kept.append(x)
            x = x.reshape(len(x), -1, 2).mean(axis=2)
        x = np.maximum(layer(f"down{k}b", np.maximum(layer(f"down{k}a", x), 0)), 0)
    for k in reversed(range(LEVELS - 1)):
        x = np.maximum(layer(f"up{k}", np.concatenate((x.repeat(2, axis=1), kept[k]))), 0)
    return layer("out", x)


def test_layers_follow_one_another_down_and_up_again() -> None:
    arrays = random_arrays(5)
    x = np.random.default_rng(6).normal(0, 1, (3, 3 * STRIDE)).astype(np.float32)
    assert Network.from_arrays(arrays)(x) == pytest.approx(
        by_definition(arrays, x), rel=1e-3, abs=1e-3
    )


def test_a_layer_that_is_missing_is_named() -> None:
    arrays = random_arrays(5)
    del arrays["up2.weight"]
    with pytest.raises(KeyError, match="up2"):
        Network.from_arrays(arrays)


def test_the_shipped_network_takes_the_features_and_gives_five_odds() -> None:
    odds = shipped_network()(np.zeros((FEATURES, 4 * STRIDE), np.float32))
    assert odds.shape == (5, 4 * STRIDE)
    assert np.isfinite(odds).all()


def test_a_point_is_judged_by_what_is_within_reach_alone() -> None:
    rng = np.random.default_rng(8)
    x = rng.normal(0, 1, (FEATURES, 8192)).astype(np.float32)
    other = x.copy()
    other[:, : 4096 - REACH // 2] = 0  # the other half of the reach is that of the features
    network = shipped_network()
    assert network(x)[:, 4096:] == pytest.approx(network(other)[:, 4096:], abs=1e-4)
