"""What a device says of itself."""

from __future__ import annotations

from typing import Literal

from gazewire.client.models import Sensor, Status
from gazewire.client.simple._connection import Connection

__all__ = ["StatusProperties"]


class StatusProperties:
    """Reads the status, which is followed: all is as of now, or as of the end of the connection."""

    _connection: Connection

    @property
    def status(self) -> Status:
        """All of it; each change makes a new one, so that this one stays as it is."""
        return self._connection.link.status.status

    @property
    def phone_name(self) -> str:
        """Name of the phone, chosen by its user."""
        return self.status.phone.device_name

    @property
    def phone_id(self) -> str:
        """Sixteen hexadecimal digits."""
        return self.status.phone.device_id

    @property
    def phone_ip(self) -> str:
        """Address of the phone."""
        return self.status.phone.ip

    @property
    def battery_level_percent(self) -> int:
        """0 to 100."""
        return self.status.phone.battery_level

    @property
    def battery_state(self) -> Literal["OK", "LOW", "CRITICAL"]:
        """What the level means for recording."""
        return self.status.phone.battery_state

    @property
    def memory_num_free_bytes(self) -> int:
        """Free space for recordings."""
        return self.status.phone.memory

    @property
    def memory_state(self) -> Literal["OK", "LOW", "CRITICAL"]:
        """What the free space means for recording."""
        return self.status.phone.memory_state

    @property
    def version_glasses(self) -> str | None:
        """Begins with 1 for Pupil Invisible, with 2 for Neon; None without glasses."""
        return self.status.hardware.version

    @property
    def module_serial(self) -> str | None:
        """Of the Neon module; None for Pupil Invisible, and where none is connected."""
        return self.status.hardware.module_serial

    @property
    def serial_number_glasses(self) -> str | None:
        """Of Pupil Invisible; ``-1`` for Neon, None where no glasses are connected."""
        return self.status.hardware.glasses_serial

    @property
    def serial_number_scene_cam(self) -> str | None:
        """Of Pupil Invisible; ``-1`` for Neon, None where no camera is connected."""
        return self.status.hardware.world_camera_serial

    def world_sensor(self) -> Sensor | None:
        """The scene camera; one that is not connected where the device has told of none."""
        return self.status.direct_world_sensor()

    def gaze_sensor(self) -> Sensor | None:
        """Gaze; as `world_sensor`."""
        return self.status.direct_gaze_sensor()

    def eye_events_sensor(self) -> Sensor | None:
        """Fixations, saccades and blinks; as `world_sensor`."""
        return self.status.direct_eye_events_sensor()

    def get_errors(self) -> list[str]:
        """Hand out, once, what the device has reported as errors."""
        return self._connection.look(self._connection.link.status.take_errors)
