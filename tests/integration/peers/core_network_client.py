"""Does what scripts do with the public network client, by its documented names alone.

It is run with the incumbent and, by `gazewire run`, with ours; both are to print the same.
"""

from __future__ import annotations

import json
import sys
import time

from pupil_labs.pupil_core_network_client import (
    BackgroundSubscription,
    ClockOffsetStatistics,
    Device,
    Message,
    NotConnectedError,
    Subscription,
)

LIMIT_MS = 20_000


def raised_by(call, *arguments):
    try:
        call(*arguments)
    except (NotConnectedError, ValueError) as error:
        return type(error).__name__
    return None


def received(device, subscription, payload):
    """Send until something comes: the incumbent is not yet subscribed when it says so.

    And it takes raw data out of the map that it sends.
    """
    for _ in range(200):
        device.send_message(dict(payload))
        message = subscription.recv_new_message(timeout_ms=100)
        if message is not None:
            return message
    return None


def main(port: int) -> dict[str, object]:
    told: dict[str, object] = {}
    device = Device("127.0.0.1", port)
    told["connected"] = device.is_connected
    told["version"] = device.request_version()
    told["ports"] = [type(device.ipc_pub_port).__name__, type(device.ipc_sub_port).__name__]
    told["close"] = abs(device.request_current_pupil_time() - device.current_pupil_time()) < 0.5
    statistics = device.estimate_client_to_remote_clock_offset(5)
    told["statistics"] = [isinstance(statistics, ClockOffsetStatistics), statistics._fields]
    told["measurements"] = statistics.num_measurements
    told["one"] = type(device.measure_one_client_to_remote_clock_offset()).__name__
    told["recording"] = [device.request_recording_start("x"), device.request_recording_stop()]
    told["plugin"] = device.request_plugin_start("No_Such_Plugin")
    told["eye_plugin"] = device.request_plugin_start_eye_process(0, "No_Such_Plugin", {})
    told["notification"] = device.send_notification({"subject": "pingback_test"})
    told["annotation"] = device.send_annotation("label", duration=1.0, trial=3)

    with device.subscribe("data") as subscription:
        told["subscription"] = [type(subscription) is Subscription, subscription.is_connected]
        message = received(device, subscription, {"topic": "data", "__raw_data__": [b"pixels"]})
        told["message"] = [type(message) is Message, message.topic, sorted(message.payload)]
        told["raw_data"] = [bytes(frame).decode() for frame in message.raw_data]
        while subscription.has_new_message:
            subscription.recv_new_message()
        told["nothing"] = subscription.recv_new_message(timeout_ms=10)
    told["left"] = [subscription.is_connected, raised_by(subscription.recv_new_message)]

    with device.subscribe_in_background(["more", "data"], buffer_size=3) as background:
        told["background"] = [type(background) is BackgroundSubscription, background.is_connected]
        message = received(device, background, {"topic": "more", "n": 1})
        told["more"] = message.payload
        for number in range(10):
            device.send_message({"topic": "data", "n": number})
        time.sleep(0.5)
        told["newest"] = [background.recv_new_message(LIMIT_MS).payload["n"] for _ in range(3)]

    with device.high_frequency_message_sending():
        told["short_way"] = device.send_message({"topic": "data"})
    told["refused"] = [
        raised_by(device.send_notification, {"x": 1}),
        raised_by(device.send_notification, {"subject": "x", "topic": "y"}),
        raised_by(device.send_message, {"x": 1}),
        raised_by(device.estimate_client_to_remote_clock_offset, 1),
    ]
    device.disconnect()
    told["disconnected"] = [device.is_connected, raised_by(device.request_version)]
    device.connect()
    told["again"] = device.is_connected
    device.disconnect()
    return told


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(**json.loads(sys.argv[1]))) + "\n")
