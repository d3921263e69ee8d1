"""The vendor's reader opens a recording and tells all that it finds, stream by stream."""

import warnings
from typing import Any

from pupil_labs import neon_recording
from reporting import report

STREAMS = {
    "gaze": ("time", "point"),
    "gaze_monocular_left": ("time", "point"),
    "gaze_monocular_right": ("time", "point"),
    "worn": ("time", "worn"),
    "pupil": ("time", "diameter_left", "diameter_right"),
    "eyeball": ("time", "center_left", "center_right", "optical_axis_left", "optical_axis_right"),
    "eyelid": ("time", "angle_left", "aperture_left", "angle_right", "aperture_right"),
    "imu": ("time", "angular_velocity", "acceleration", "rotation"),
    "fixations": (
        "start_time",
        "stop_time",
        "start_gaze_point",
        "stop_gaze_point",
        "mean_gaze_point",
    ),
    "saccades": ("start_time", "stop_time", "amplitude", "mean_velocity", "max_velocity"),
    "blinks": ("start_time", "stop_time"),
    "events": ("time", "event"),
}


def stream(recording: Any, name: str) -> dict[str, Any] | None:
    try:
        series = getattr(recording, name)
    except neon_recording.NeonRecording.SensorError:
        return None
    return {column: getattr(series, column).tolist() for column in STREAMS[name]}


def scene(recording: Any) -> dict[str, Any] | None:
    try:
        series = recording.scene
    except neon_recording.NeonRecording.SensorError:
        return None
    frames = list(series)
    return {
        "time": [int(frame.time) for frame in frames],
        "brightness": [float(frame.av_frame.to_ndarray(format="gray").mean()) for frame in frames],
        "shape": list(frames[0].av_frame.to_ndarray(format="gray").shape),
    }


def main(folder: str) -> dict[str, Any]:
    warnings.simplefilter("ignore")
    with neon_recording.open(folder) as recording:
        calibration = recording.calibration
        return {
            "id": recording.id,
            "start_time": recording.start_time,
            "duration": recording.duration,
            "serial": recording.device_serial,
            "wearer": recording.wearer,
            "scene_matrix": None
            if calibration is None
            else calibration.scene_camera_matrix.tolist(),
            "scene": scene(recording),
        } | {name: stream(recording, name) for name in STREAMS}


report(main)
