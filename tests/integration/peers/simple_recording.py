"""The simple client records, marks events, keeps one recording and throws one away."""

from pathlib import Path
from typing import Any

from pupil_labs.realtime_api.device import DeviceError
from pupil_labs.realtime_api.simple import Device
from reporting import fields, report


def refusal(call: Any) -> str | None:
    try:
        call()
    except DeviceError as error:
        return str(error)
    return None


def folders(root: str) -> list[str]:
    return sorted(path.name for path in Path(root).glob("*")) if Path(root).exists() else []


def main(port: int, record_dir: str) -> dict[str, Any]:
    device = Device("127.0.0.1", port)
    try:
        seen = {
            "event_outside": fields(device.send_event("outside")),
            "stop_without_recording": refusal(device.recording_stop_and_save),
            "cancel_without_recording": refusal(device.recording_cancel),
        }
        seen["kept"] = device.recording_start()
        seen["start_while_recording"] = refusal(device.recording_start)
        seen["event_unstamped"] = fields(device.send_event("unstamped"))
        seen["event_stamped"] = fields(device.send_event("stamped", 1_700_000_000_123_456_789))
        seen["event_at_zero"] = fields(device.send_event("zero", 0))
        device.recording_stop_and_save()
        seen["folders_after_save"] = folders(record_dir)

        seen["cancelled"] = device.recording_start()
        seen["folders_while_recording"] = folders(record_dir)
        device.recording_cancel()
        seen["folders_after_cancel"] = folders(record_dir)
        seen["errors"] = device.get_errors()
        return seen
    finally:
        device.close()


report(main)
