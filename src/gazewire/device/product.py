"""The two products, and what their devices say of themselves.

Source: the table of products in ``docs/protocols/realtime-api.md``.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from gazewire.model import Hardware

__all__ = ["INVISIBLE", "NEON", "Product", "SensorName", "StreamName"]

SensorName = Literal["world", "gaze", "eyes", "imu", "eye_events"]
StreamName = Literal["world", "gaze", "eyes", "imu", "eye_events", "audio"]


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """What tells one product from the other on the network.

    Attributes:
        name: as the command line spells it.
        host_name: announced by mDNS, without ``.local.``.
        device_name: of a phone that nobody named.
        hardware: what the status says of the glasses; the serial number is filled in.
        sensors: all sensors the product has, in the order of its status answer.
        has_calibration: serves ``/calibration.bin``.
        has_templates: serves its template and takes answers.
        has_camera_control: serves the controls of its scene camera.
        has_sound: streams what its microphone hears; Pupil Invisible has one, and does not.
    """

    name: Literal["neon", "invisible"]
    host_name: str
    device_name: str
    hardware: Hardware
    sensors: tuple[SensorName, ...]
    has_calibration: bool
    has_templates: bool
    has_camera_control: bool
    has_sound: bool


NEON = Product(
    name="neon",
    host_name="neon",
    device_name="Neon Companion",
    hardware=Hardware(
        version="2.0",
        glasses_serial="-1",
        world_camera_serial="-1",
        module_serial="000000",
        frame_name="Just act natural",
    ),
    sensors=("imu", "world", "gaze", "eye_events", "eyes"),
    has_calibration=True,
    has_templates=True,
    has_camera_control=True,
    has_sound=True,
)

INVISIBLE = Product(
    name="invisible",
    host_name="pi",
    device_name="Pupil Invisible Companion",
    hardware=Hardware(version="1", glasses_serial="gw000", world_camera_serial="gwsc0"),
    sensors=("world", "gaze"),
    has_calibration=False,
    has_templates=False,
    has_camera_control=False,
    has_sound=False,
)
