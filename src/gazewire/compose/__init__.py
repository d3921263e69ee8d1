"""Puts programs together from sources and servers."""

from gazewire.compose.sources import SYNTHETIC, find_source

__all__ = ["SYNTHETIC", "find_source"]
