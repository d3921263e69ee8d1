"""Sound as players take it."""

from __future__ import annotations

import av

__all__ = ["integer_resampler"]


def integer_resampler(layout: str, sample_rate_hz: int) -> av.AudioResampler:
    """Make what turns a stream of sound into interleaved 16-bit integers, one for each stream.

    Args:
        layout: libav's name of the channels: ``mono``, ``stereo``.
        sample_rate_hz: samples a second, before and after.
    """
    return av.AudioResampler(format="s16", layout=layout, rate=sample_rate_hz)
