"""The simple client reads and sets the controls of the scene camera."""

from dataclasses import asdict
from typing import Any

from pupil_labs.realtime_api.device import DeviceError
from pupil_labs.realtime_api.simple import Device
from reporting import report

LIMIT_S = 20


def failure(call: Any, **arguments: Any) -> str | None:
    try:
        call(**arguments)
    except (DeviceError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    return None


def main(port: int) -> dict[str, Any]:
    device = Device("127.0.0.1", port)
    try:
        seen: dict[str, Any] = {
            "get_before_stream": failure(device.get_camera_state),
            "set_before_stream": failure(device.set_camera_state, gain=60),
        }
        assert device.receive_scene_video_frame(timeout_seconds=LIMIT_S) is not None
        state = device.get_camera_state()
        seen["before"] = asdict(state)
        device.set_camera_state(
            ae_mode="manual",
            man_exp=100,
            gain=75,
            brightness=-20,
            contrast=32,
            gamma=300,
            validate_with_state=state,
        )
        seen["after"] = asdict(device.get_camera_state())
        device.set_camera_state(gain=50)
        seen["one_more"] = asdict(device.get_camera_state())
        too_much = state.gain.value_max + 1
        seen["refused_by_client"] = failure(
            device.set_camera_state, gain=too_much, validate_with_state=state
        )
        seen["refused_by_device"] = failure(device.set_camera_state, gain=too_much, gamma=200)
        seen["at_the_end"] = asdict(device.get_camera_state())
        return seen
    finally:
        device.close()


report(main)
