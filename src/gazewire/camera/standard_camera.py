"""What all cameras with standard features do alike, whichever library brings their images."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from gazewire.camera.camera_settings import CameraSettings
from gazewire.camera.camera_source import Shot
from gazewire.camera.control import Control
from gazewire.camera.numbered_images import NumberedImages
from gazewire.camera.raw_pixels import converter, formats_for
from gazewire.camera.source import VideoShape
from gazewire.camera.standard_features import Features, StandardFeatures
from gazewire.time import Clock

__all__ = ["StandardCamera"]

_USUAL_RATE_HZ = 30.0


class StandardCamera(ABC):
    """Sets a camera, and makes shots of what its library brings.

    Making it sets the camera; images are asked for by whoever inherits from this.

    Args:
        camera: what frames say they come from.
        features: of the camera, as its library gives them.
        settings: wanted.
        clock: the program's.
        is_gige: it numbers images as GigE Vision does.
        gaps_are_told: its numbers leave out images that were lost.

    Attributes:
        shape: of its images.

    Raises:
        UnreadableSourceError: it cannot be set so.
    """

    def __init__(
        self,
        camera: str,
        features: Features,
        settings: CameraSettings,
        clock: Clock,
        *,
        is_gige: bool,
        gaps_are_told: bool = True,
    ) -> None:
        self._camera = camera
        self._clock = clock
        self._features = StandardFeatures(camera, features)
        source_format = self._features.apply(settings, formats_for(settings.pixel_format))
        width, height = self._features.size
        rate_hz = settings.rate_hz or self._features.rate_hz or _USUAL_RATE_HZ
        self.shape = VideoShape(width=width, height=height, rate_hz=rate_hz)
        self._convert = converter(source_format, settings.pixel_format, width, height)
        self._line_names = self._features.line_names() if settings.lines else ()
        self._images = NumberedImages(
            camera,
            self.shape,
            settings.pixel_format,
            self._features,
            clock,
            ids=self._features.gige_ids() if is_gige else None,
            gaps_are_told=gaps_are_told,
        )
        self._underruns = 0

    @property
    def controls(self) -> Mapping[str, Control]:
        """What the camera tells."""
        return self._features.controls()

    def set_control(self, name: str, value: float | str) -> None:
        """Set it in the camera."""
        self._features.set_control(name, value)
        self._images.settings_changed()

    def fire(self) -> None:
        """Expose one image now."""
        self._features.fire()

    @abstractmethod
    def _count_underruns(self) -> int:
        """How often the library had no buffer for an image."""

    def _count_lost(self, frame_id: int) -> None:
        """Tell by an image's number what was lost before it, and why."""
        lost = self._images.number(frame_id)
        if lost:
            before, self._underruns = self._underruns, self._count_underruns()
            of_buffer = min(lost, max(0, self._underruns - before))
            self._images.lose({"buffer": of_buffer, "transport": lost - of_buffer})

    def _shot_of(self, pixels: memoryview, arrived_ns: int, stamp_ns: int | None) -> Shot:
        """Make the shot of an image that is whole."""
        lines = self._features.lines(self._line_names)
        return self._images.shot(pixels, arrived_ns, stamp_ns, lines)
