from __future__ import annotations

import numpy as np
import pytest

from gazewire.client.streaming.audio import AudioFrame

av = pytest.importorskip("av", reason="needs the extra [video]")

AT_NS = 1744294828362928801
RATE_HZ = 8000


@pytest.fixture
def frame() -> AudioFrame:
    sound = av.AudioFrame.from_ndarray(
        np.full((1, 1024), 0.25, np.float32), format="fltp", layout="mono"
    )
    sound.sample_rate = RATE_HZ
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
    return AudioFrame.at_unix_ns(sound, AT_NS, resampler)


def test_a_frame_has_its_exact_instant(frame: AudioFrame) -> None:
    assert frame.timestamp_unix_ns == AT_NS
    assert tuple(frame) == (frame.av_frame, AT_NS / 1_000_000_000, frame.resampler)


def test_sound_is_floating_point(frame: AudioFrame) -> None:
    samples = frame.to_ndarray()
    assert (samples.shape, samples.dtype) == ((1, 1024), np.float32)


def test_resampled_sound_is_of_sixteen_bits_and_complete(frame: AudioFrame) -> None:
    samples = np.concatenate(list(frame.to_resampled_ndarray()), axis=1)
    assert (samples.shape, samples.dtype) == ((1, 1024), np.int16)
    assert samples == pytest.approx(0.25 * 32768, abs=1)
