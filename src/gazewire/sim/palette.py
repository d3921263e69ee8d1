"""The colours of a room."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PALETTES", "Palette"]


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours that go together, each ``#rrggbb``.

    Attributes:
        wall: where the light falls on it.
        wall_shade: the same wall in the far corner.
        wood: the desk and the shelf.
        wood_grain: the dark of the same wood.
        trim: window frame and picture mounts.
        accents: mug, books, lamp, keys; the first is the most used.
        leaf: the plant.
        sky: top and bottom of what is seen through the window.
        dusk: the sun is low: warmer light outside, and the lamp is felt more.
    """

    wall: str
    wall_shade: str
    wood: str
    wood_grain: str
    trim: str
    accents: tuple[str, str, str, str, str]
    leaf: str
    sky: tuple[str, str]
    dusk: bool


PALETTES = (
    Palette(
        wall="#e9e1d3",
        wall_shade="#bdb09c",
        wood="#c4935f",
        wood_grain="#936138",
        trim="#f6f3ec",
        accents=("#c8553d", "#2d5d7b", "#e3a857", "#588b8b", "#6d4c5b"),
        leaf="#5d8a4b",
        sky=("#7fb4dc", "#dcebf3"),
        dusk=False,
    ),
    Palette(
        wall="#c9d6cf",
        wall_shade="#8fa39a",
        wood="#d8b384",
        wood_grain="#ab7f50",
        trim="#f4f5f0",
        accents=("#e07a5f", "#3d405b", "#f2cc8f", "#81b29a", "#5f797b"),
        leaf="#4e7f5c",
        sky=("#8ec5e8", "#eef4ee"),
        dusk=False,
    ),
    Palette(
        wall="#d9c7bf",
        wall_shade="#a58a84",
        wood="#8a5a3c",
        wood_grain="#5a3622",
        trim="#efe6de",
        accents=("#355070", "#b56576", "#eaac8b", "#6d597a", "#4f7c74"),
        leaf="#6a8f4f",
        sky=("#5b6fa8", "#f3b88b"),
        dusk=True,
    ),
    Palette(
        wall="#9fb3c4",
        wall_shade="#64798d",
        wood="#b98a5e",
        wood_grain="#845a36",
        trim="#f1f3f4",
        accents=("#f4a259", "#1d4e68", "#f1e3c2", "#bc4b51", "#5b8e7d"),
        leaf="#55845a",
        sky=("#9cc4e4", "#f2efe6"),
        dusk=False,
    ),
    Palette(
        wall="#e6d3b3",
        wall_shade="#b39a74",
        wood="#a8734a",
        wood_grain="#704627",
        trim="#f7f0e1",
        accents=("#2a9d8f", "#264653", "#e9c46a", "#e76f51", "#8a5a83"),
        leaf="#6f9440",
        sky=("#4a5f92", "#f0a57c"),
        dusk=True,
    ),
)
