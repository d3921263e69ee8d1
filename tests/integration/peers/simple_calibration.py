"""The simple client fetches the calibration of the glasses' cameras."""

from typing import Any

from pupil_labs.realtime_api.device import DeviceError
from pupil_labs.realtime_api.simple import Device
from reporting import report


def main(port: int) -> dict[str, Any]:
    device = Device("127.0.0.1", port)
    try:
        calibration = device.get_calibration()
    except DeviceError as error:
        return {"error": str(error)}
    finally:
        device.close()
    return {
        "version": int(calibration.version),
        "serial": calibration.serial,
        "scene_camera_matrix": calibration.scene_camera_matrix.tolist(),
        "right_camera_matrix": calibration.right_camera_matrix.tolist(),
        "left_camera_matrix": calibration.left_camera_matrix.tolist(),
        "crc": int(calibration.crc),
    }


report(main)
