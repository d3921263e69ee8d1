from __future__ import annotations

import pytest
from station import needs_memory

from gazewire.model import Frame
from gazewire.multicam.sharing import Sharing
from gazewire.net.shared_images import SharedImageLink
from gazewire.wire.camera import FrameHeader

pytestmark = needs_memory

START_NS = 10**18
STEP_NS = 20_000_000
HOUR_NS = 3_600 * 10**9


@pytest.mark.parametrize(
    ("most_hz", "instants_ns", "shared"),
    [
        (None, [number * STEP_NS for number in range(10)], 10),
        (25.0, [number * STEP_NS for number in range(10)], 5),
        (25.0, [0, STEP_NS, -HOUR_NS, STEP_NS - HOUR_NS, HOUR_NS, HOUR_NS + STEP_NS], 3),
    ],
)
def test_images_are_shared_at_their_rate_also_when_the_clock_is_set(
    most_hz: float | None, instants_ns: list[int], shared: int
) -> None:
    sharing = Sharing("a", 50.0, most_hz)
    with SharedImageLink(sharing.name):
        sharing.accept()
        for index, instant_ns in enumerate(instants_ns):
            header = FrameHeader(
                id="a", index=index, exposure_unix_ns=1, pixel_format="gray", shape=(2, 2)
            )
            frame = Frame(
                camera="a",
                index=index,
                timestamp_unix_ns=START_NS + instant_ns,
                width=2,
                height=2,
                pixel_format="gray",
                data=bytes(4),
            )
            sharing.share(header, frame)
    assert sharing.shared == shared
    sharing.close()
    sharing.close()
