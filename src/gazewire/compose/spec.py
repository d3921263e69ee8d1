"""What users type to name a source."""

from __future__ import annotations

__all__ = ["NO_SOURCE", "SYNTHETIC", "VIDEO4LINUX"]

SYNTHETIC = "synthetic"
"""The source that needs no hardware and no file."""

NO_SOURCE = "none"
"""No camera: whoever is asked for waits for a source to be started over the bus."""

VIDEO4LINUX = "v4l2:"
"""How the name of a camera begins; its path follows."""
