"""Puts programs together from sources and servers, a module for each program.

What a device is made of is in `gazewire.compose.sources`, what a service is made of in
`gazewire.compose.service_parts`; each needs what its program needs, and the other need not.
"""

from gazewire.compose.spec import NO_SOURCE, SYNTHETIC, VIDEO4LINUX

__all__ = ["NO_SOURCE", "SYNTHETIC", "VIDEO4LINUX"]
