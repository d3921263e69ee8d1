"""From the numbered and stamped images of a driver to shots: numbers, instants, losses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Literal

from gazewire.camera.camera_source import DropCause, Shot
from gazewire.camera.exposure_clock import ExposureClock
from gazewire.camera.frame_ids import FrameIds
from gazewire.camera.source import VideoShape
from gazewire.camera.standard_features import StandardFeatures
from gazewire.model import Frame
from gazewire.time import Clock

__all__ = ["NumberedImages"]

_NS_PER_S = 1_000_000_000
# In this time a camera's crystal is off by a tenth of a millisecond at the most.
_LATCH_EVERY_NS = _NS_PER_S


class NumberedImages:
    """Keeps the account of one open industrial camera: each image it numbered is a shot or lost.

    For each buffer of the driver, in this order: `number`, then `lose` for what is missing before
    it, then `damaged` or `shot`.

    Args:
        camera: what frames say they come from.
        shape: of the images.
        pixel_format: of the images.
        features: of the camera.
        clock: the program's.
        ids: how many ids there are; see `FrameIds`.
        gaps_are_told: the ids count every image that was lost. Where they do not, a gap in the
            stamps of a camera that runs at its own rate is told as lost in the camera.
    """

    def __init__(
        self,
        camera: str,
        shape: VideoShape,
        pixel_format: Literal["gray", "bgr24"],
        features: StandardFeatures,
        clock: Clock,
        *,
        ids: int | None,
        gaps_are_told: bool = True,
    ) -> None:
        self._camera = camera
        self._shape = shape
        self._pixel_format = pixel_format
        self._features = features
        self._clock = clock
        self._ids = FrameIds(ids)
        self._interval_ns = round(_NS_PER_S / shape.rate_hz)
        self._exposures = ExposureClock(self._interval_ns)
        self._exposure_ns = 0
        self._gaps_are_told = gaps_are_told
        self._grid_ns = 0
        self._stamped: tuple[int, int] | None = None
        self.settings_changed()
        self._index = -1
        self._lost: Counter[DropCause] = Counter()
        self._last_ns = 0
        self._can_be_latched = True
        self._latched_ns = 0

    def number(self, id: int) -> int:
        """Take in the id of the next image.

        Returns:
            How many images are missing before it.
        """
        steps = self._ids.steps_to(id)
        self._index += steps
        return steps - 1

    def lose(self, causes: Mapping[DropCause, int]) -> None:
        """Count what is missing."""
        self._lost.update(causes)

    def damaged(self, cause: DropCause) -> None:
        """Count the image itself as lost."""
        self._lost[cause] += 1

    def settings_changed(self) -> None:
        """Ask the camera for its exposure and its rate again."""
        self._exposure_ns = self._features.exposure_ns
        rate_hz = self._features.rate_hz
        is_even = not self._gaps_are_told and rate_hz and self._features.is_free
        self._grid_ns = round(_NS_PER_S / rate_hz) if is_even and rate_hz else 0
        self._stamped = None

    def shot(
        self,
        pixels: memoryview,
        arrived_ns: int,
        stamp_ns: int | None,
        lines: Mapping[str, bool],
    ) -> Shot:
        """Make a shot of the image.

        Args:
            pixels: of it.
            arrived_ns: Unix instant at which it came.
            stamp_ns: the camera's; None where it does not stamp.
            lines: state of the camera's lines.
        """
        if stamp_ns is not None and self._grid_ns:
            self._count_gap(stamp_ns)
        instant_ns, uncertainty_ns = self._instant(arrived_ns, stamp_ns)
        frame = Frame(
            camera=self._camera,
            index=self._index,
            timestamp_unix_ns=instant_ns,
            width=self._shape.width,
            height=self._shape.height,
            pixel_format=self._pixel_format,
            data=pixels,
        )
        drops = {cause: count for cause, count in self._lost.items() if count}
        self._lost.clear()
        return Shot(frame, drops, uncertainty_ns, lines)

    def _count_gap(self, stamp_ns: int) -> None:
        """Count what the ids do not: exposures that the stamps leave room for."""
        if self._stamped is not None:
            last_stamp_ns, last_index = self._stamped
            intervals = round((stamp_ns - last_stamp_ns) / self._grid_ns)
            missing = intervals - (self._index - last_index)
            if missing > 0:
                self._index += missing
                self._lost["camera"] += missing
        self._stamped = stamp_ns, self._index

    def _instant(self, arrived_ns: int, stamp_ns: int | None) -> tuple[int, int]:
        if stamp_ns is None:
            self._last_ns = max(arrived_ns - self._exposure_ns, self._last_ns + 1)
            return self._last_ns, self._interval_ns
        if self._can_be_latched and arrived_ns - self._latched_ns > _LATCH_EVERY_NS:
            self._can_be_latched = self._features.latch(self._exposures, self._clock)
            self._latched_ns = arrived_ns
        return self._exposures.instant(stamp_ns, arrived_ns)
