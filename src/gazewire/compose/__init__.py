"""Puts programs together from sources and servers.

What a service is made of is in `gazewire.compose.service_parts`, which needs more to be installed.
"""

from gazewire.compose.sources import SYNTHETIC, find_source

__all__ = ["SYNTHETIC", "find_source"]
