"""The simple client reads everything that a device says of itself."""

from typing import Any

from pupil_labs.realtime_api.simple import Device
from reporting import report

PROPERTIES = (
    "phone_name",
    "phone_id",
    "phone_ip",
    "battery_level_percent",
    "battery_state",
    "memory_num_free_bytes",
    "memory_state",
    "version_glasses",
    "module_serial",
    "serial_number_glasses",
    "serial_number_scene_cam",
    "is_currently_streaming",
)
SENSORS = ("world_sensor", "gaze_sensor", "eye_events_sensor")


def main(port: int) -> dict[str, Any]:
    device = Device("127.0.0.1", port)
    try:
        offset = device.estimate_time_offset()
        return {
            "properties": {name: getattr(device, name) for name in PROPERTIES},
            "sensors": {name: getattr(device, name)().connected for name in SENSORS},
            "urls": {name: getattr(device, name)().url for name in SENSORS},
            "rounds": len(offset.time_offset_ms.measurements),
            "offset_ms": offset.time_offset_ms.median,
            "roundtrip_ms": offset.roundtrip_duration_ms.median,
            "errors": device.get_errors(),
        }
    finally:
        device.close()


report(main)
