"""What is true of the wearer whom a chain measures, as the truth file of a device tells it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from gazewire.camera import StreamTruth
from gazewire.compose.measured_glasses import GlassesTruth
from gazewire.compose.synthetic_eye import exposures_from, synthetic_wearer
from gazewire.compose.wearer_memory import WearerMemory
from gazewire.sim import Attention

__all__ = ["wearer_truth"]


def wearer_truth(
    seed: int, eye_rate_hz: int, memory: WearerMemory, attention: Attention
) -> GlassesTruth:
    """Tell the truth of a wearer.

    Args:
        seed: who the wearer is.
        eye_rate_hz: exposures a second of the eyes, a divisor of 200.
        memory: of the same wearer.
        attention: what the wearer is asked to look at.
    """

    def of_gaze(instant_ns: int) -> StreamTruth | None:
        truth = memory.near(instant_ns)
        if truth is None:
            return None
        # Gaze of two exposures that were not quite at once has an instant between them.
        return msgspec.structs.replace(truth.of_gaze(), timestamp_unix_ns=instant_ns)

    def of_pupils(start_unix_ns: int) -> Iterator[StreamTruth]:
        wearer = synthetic_wearer(seed)
        assert wearer.eye_video is not None, "this wearer has eye cameras"
        exposures = exposures_from(wearer, start_unix_ns, eye_rate_hz, attention)
        for index, truth in enumerate(exposures):
            yield from wearer.eye_video.stream_truths(truth, index)

    return GlassesTruth(of_gaze, of_pupils)
