"""What an iris and the white of an eye look like under infrared light, laid out flat."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gazewire.sim.canvas import noise
from gazewire.sim.person import Looks

__all__ = [
    "IRIS_COLUMNS",
    "IRIS_ROWS",
    "SCLERA_REACH",
    "SCLERA_SIZE",
    "iris_texture",
    "sclera_texture",
    "skin_texture",
]

Texture = NDArray[np.float32]

IRIS_ROWS, IRIS_COLUMNS = 48, 360
SCLERA_SIZE = 384
# The sclera is laid out stereographically: a place at an angle to the optical axis lies at the
# tangent of half this angle, and the sheet reaches so far.
SCLERA_REACH = 1.25


def iris_texture(looks: Looks, rng: np.random.Generator) -> Texture:
    """An iris in polar coordinates, grey levels.

    Returns:
        (IRIS_ROWS, IRIS_COLUMNS + 1) float32: rows from the edge of the pupil to the root, columns
        around, the last equal to the first, so that one can interpolate all the way around.
    """
    rows, columns = IRIS_ROWS, IRIS_COLUMNS
    out = np.linspace(0.0, 1.0, rows, dtype=np.float32)[:, None]
    around = np.linspace(0.0, 2 * np.pi, columns, endpoint=False, dtype=np.float32)[None, :]

    def fibres(count: int, length: float) -> Texture:
        field = noise(rng, (rows, 3 * columns), (columns / count, rows * length))
        # What is left of the seam continues on its right.
        return field[:, columns : 2 * columns] * _ramp(columns) + field[:, :columns] * (
            1 - _ramp(columns)
        )

    wave = sum(
        rng.normal(0, 0.018) * np.sin(k * around + rng.uniform(0, 2 * np.pi)) for k in range(3, 14)
    )
    collarette = np.float32(rng.uniform(0.25, 0.38)) + np.asarray(wave, np.float32)
    radial = 0.7 * fibres(90, 0.7) + 0.6 * fibres(40, 0.5) + 0.35 * fibres(160, 0.4)
    patches = fibres(9, 0.6)
    relief = 0.75 * radial + 0.45 * patches
    relief += 1.1 * np.exp(-(((out - collarette) / 0.06) ** 2))  # the ridge of the collarette
    relief -= 0.5 * (out < collarette)  # the zone within it is a little darker
    # Crypts: dark holes just outside of the collarette.
    for _ in range(int(rng.integers(3, 12))):
        middle = rng.uniform(0, 2 * np.pi), rng.uniform(0.34, 0.6)
        turn = np.angle(np.exp(1j * (around - middle[0])))
        size = rng.uniform(0.04, 0.11), rng.uniform(0.05, 0.12)
        hole = np.exp(-((turn / size[0]) ** 2) - ((out - middle[1]) / size[1]) ** 2)
        relief -= rng.uniform(0.8, 2.2) * np.asarray(hole, np.float32)
    # Furrows, where the iris folds when the pupil opens.
    for place in rng.uniform(0.62, 0.92, int(rng.integers(1, 4))):
        relief -= 0.5 * np.exp(-(((out - place - 0.4 * np.asarray(wave)) / 0.025) ** 2))
    levels = looks.iris_level * (1 + looks.iris_contrast * relief)
    # The root is dark, and so is the ruff around the pupil.
    levels *= 1 - 0.25 * np.clip((out - 0.84) / 0.16, 0, 1) ** 2
    levels *= 1 - 0.12 * np.exp(-out / 0.03)
    levels = np.maximum(levels, looks.pupil_level + 6)
    return np.asarray(np.hstack([levels, levels[:, :1]]), np.float32)


def sclera_texture(looks: Looks, rng: np.random.Generator) -> Texture:
    """The white of the eye, as shares of its level: (SCLERA_SIZE, SCLERA_SIZE) float32.

    The optical axis is in the middle. Vessels run from the corners towards the cornea.
    """
    size = SCLERA_SIZE
    sheet = np.ones((size, size), np.float32)
    sheet += 0.02 * noise(rng, (size, size), (60, 60)) + 0.008 * noise(rng, (size, size), (9, 9))
    vessels = np.zeros((size, size), np.uint8)
    middle, scale = size / 2, size / (2 * SCLERA_REACH)
    for _ in range(int(10 + 22 * looks.vessels)):
        side = rng.choice([-1.0, 1.0])
        start = np.array([side * rng.uniform(0.8, 1.2), rng.normal(0, 0.35)])
        end = np.array([side * rng.uniform(0.32, 0.6), start[1] * 0.6 + rng.normal(0, 0.12)])
        steps = np.linspace(0, 1, 24)[:, None]
        wander = np.cumsum(rng.normal(0, 0.012, (24, 2)), axis=0)
        way = start + (end - start) * steps + wander * np.sin(np.pi * steps)
        points = np.rint((middle + scale * way) * 16).astype(np.int32)
        strength = int(rng.uniform(60, 190))
        thickness = 1 if rng.random() < 0.7 else 2
        cv2.polylines(vessels, [points], False, strength, thickness, cv2.LINE_AA, 4)
    soft = cv2.GaussianBlur(vessels.astype(np.float32) / np.float32(255), (0, 0), 1.1)
    # Haemoglobin absorbs little infrared: vessels are faint.
    sheet *= 1 - np.float32(0.16 * looks.vessels) * np.asarray(soft, np.float32)
    return sheet


def skin_texture(looks: Looks, shape: tuple[int, int], rng: np.random.Generator) -> Texture:
    """The grain of skin, as shares of its level: (H, W) float32 around 1."""
    field = 0.5 * noise(rng, shape, (4, 4)) + 0.5 * noise(rng, shape, (9, 7))
    field += 0.7 * noise(rng, shape, (34, 22)) + 0.6 * noise(rng, shape, (90, 70))
    # Fine folds run along the lids.
    field += 0.4 * looks.wrinkles * noise(rng, shape, (50, 5))
    return np.asarray(1 + looks.skin_roughness * field, np.float32)


def _ramp(columns: int) -> Texture:
    # Fades one copy of the noise into the other over the last tenth, so that the ends meet.
    place = np.linspace(0.0, 1.0, columns, dtype=np.float32)
    return np.asarray(np.clip((1 - place) / 0.1, 0.0, 1.0)[None, :], np.float32)
