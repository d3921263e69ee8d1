"""Coded pictures of both eyes side by side, as a coded picture of each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gazewire.camera import VideoShape
from gazewire.media import H264Decoder, H264Encoder
from gazewire.model import AccessUnit, Frame

__all__ = ["EyeSplit"]

# The pictures are coded for the second time: what that costs must not be seen.
_QUANTISER = 16


class EyeSplit:
    """Takes pairs apart; the left eye is ``eye1``, the right one ``eye0``.

    Attributes:
        shape: of one eye's pictures.
        parameter_sets: sequence and picture parameter set of each eye, by name.
    """

    def __init__(self, pair: VideoShape, parameter_sets: tuple[bytes, bytes]) -> None:
        """Open the codecs.

        Args:
            pair: of the pictures of both eyes.
            parameter_sets: of their H.264 stream.
        """
        width = pair.width // 2 // 2 * 2
        self.shape = VideoShape(width=width, height=pair.height, rate_hz=pair.rate_hz)
        self._decoder = H264Decoder(camera="eyes", parameter_sets=parameter_sets)
        self._encoders = {
            eye: H264Encoder(
                width=width, height=pair.height, rate_hz=pair.rate_hz, quantiser=_QUANTISER
            )
            for eye in ("eye0", "eye1")
        }
        self.parameter_sets = {eye: e.parameter_sets for eye, e in self._encoders.items()}

    def take(self, unit: AccessUnit) -> Iterator[tuple[str, AccessUnit]]:
        """Take a pair; before the first key frame there is nothing to be had."""
        for pair in self._decoder.decode(unit):
            rows = np.frombuffer(pair.data, np.uint8)[: pair.width * pair.height]
            luma = rows.reshape(pair.height, pair.width)
            width = self.shape.width
            for eye, half in (("eye1", luma[:, :width]), ("eye0", luma[:, -width:])):
                colour = np.full((pair.height + 1) // 2 * width, 128, np.uint8)
                frame = Frame(
                    camera=eye,
                    index=pair.index,
                    timestamp_unix_ns=pair.timestamp_unix_ns,
                    width=width,
                    height=pair.height,
                    pixel_format="yuv420p",
                    data=np.concatenate([half.reshape(-1), colour]).data,
                )
                yield eye, self._encoders[eye].encode(frame)
