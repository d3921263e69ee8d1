"""What the scene camera of a device is like."""

from __future__ import annotations

from typing import Any

from gazewire.client import Device, DeviceError
from gazewire.client.models import SensorName
from gazewire.client.tools import DeviceLink, SceneCoding
from gazewire.optics import Camera
from gazewire.wire.sdp import MediaDescription

__all__ = ["scene_lens", "scene_size_px"]

_WAIT_S = 5.0

# Where the scene does not come in time: that of Neon, and that of Invisible.
_NEON_PX = (1600, 1200)
_INVISIBLE_PX = (1088, 1080)


async def scene_size_px(link: DeviceLink) -> tuple[int, int]:
    """Tell width and height of the scene, of which gaze on the bus is a part.

    The stream is opened to learn them, and closed again; where it is not there, they are those of
    the kind of glasses.
    """
    status = link.status.status
    usual = _INVISIBLE_PX if (status.hardware.version or "").startswith("1") else _NEON_PX
    sensor = status.direct_world_sensor()
    if sensor is None or not sensor.connected:
        return usual
    learner = _Learner()
    leave = link.feed(SensorName.WORLD).stream.listen(learner)
    leave_stream = link.switch(SensorName.WORLD).join()
    try:
        sets = await learner.coding.known(timeout_s=_WAIT_S)
    finally:
        leave_stream()
        leave()
    return usual if sets is None else (sets.sequence.width_px, sets.sequence.height_px)


async def scene_lens(device: Device, size_px: tuple[int, int]) -> Camera | None:
    """Ask for the lens of the scene camera; None of a device that does not tell."""
    try:
        calibration = await device.get_calibration()
    except DeviceError:
        return None
    matrix = calibration.scene_camera_matrix
    try:
        return Camera(
            width=size_px[0],
            height=size_px[1],
            focal_px=(float(matrix[0, 0]), float(matrix[1, 1])),
            middle_px=(float(matrix[0, 2]), float(matrix[1, 2])),
            distortion=tuple(map(float, calibration.scene_distortion_coefficients)),
        )
    except ValueError:
        return None


class _Learner:
    """Listens to how pictures are coded, and to no picture."""

    def __init__(self) -> None:
        self.coding = SceneCoding()

    def session_began(self, media: MediaDescription) -> None:
        self.coding.learn_from(media)

    # Any: of pictures nothing is looked at but their keys.
    def items_arrived(self, items: list[Any]) -> None:
        for item in items:
            self.coding.fits(item)

    def stream_ended(self) -> None:
        pass
