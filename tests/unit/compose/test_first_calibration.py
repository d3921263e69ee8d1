from __future__ import annotations

from typing import Any

from gazewire.compose.first_calibration import first_calibration
from gazewire.model import EyeId, Notification
from gazewire.service import REHEARSED_SUBJECT, NoArgs, Plugin, PluginContext
from gazewire.time import ManualClock, TimeBase
from gazewire.wire.ipc import Message


class Outlet:
    """Keeps what is said."""

    def __init__(self) -> None:
        self.told: list[Notification] = []

    def publish(self, message: Message) -> None:
        pass

    def notify(self, notification: Notification) -> None:
        self.told.append(notification)

    def wants(self, topic: str) -> bool:
        return True


def started(outlet: Outlet) -> Plugin:
    kind = first_calibration(frozenset({0, 1}), "Gazer3D")
    return kind.start(PluginContext(outlet, ManualClock(), TimeBase(0)), NoArgs())


def rehearsed(eye_id: EyeId, first_s: float) -> Notification:
    instants = [first_s, first_s + 1]
    fields: dict[str, Any] = {
        "eye_id": eye_id,
        "ref_list": [{"norm_pos": [0.5, 0.5], "timestamp": instant} for instant in instants],
        "pupil_list": [{"id": eye_id, "timestamp": instant} for instant in instants],
    }
    return Notification(subject=REHEARSED_SUBJECT, fields=fields)


def test_a_fit_is_asked_for_when_both_eyes_have_rehearsed_and_once() -> None:
    outlet = Outlet()
    plugin = started(outlet)
    plugin.on_notify(rehearsed(1, 10.0))
    assert not outlet.told
    plugin.on_notify(rehearsed(0, 13.5))
    plugin.on_notify(rehearsed(0, 99.0))
    (asked,) = outlet.told
    assert asked.subject == "start_plugin"
    assert asked.fields["name"] == "Gazer3D"


def test_what_both_eyes_saw_of_one_target_is_of_one_instant() -> None:
    outlet = Outlet()
    plugin = started(outlet)
    plugin.on_notify(rehearsed(1, 10.0))
    plugin.on_notify(rehearsed(0, 13.5))
    args: Any = outlet.told[0].fields["args"]
    data = args["calib_data"]
    assert [reference["timestamp"] for reference in data["ref_list"]] == [13.5, 14.5]
    seen = sorted((pupil["timestamp"], pupil["id"]) for pupil in data["pupil_list"])
    assert seen == [(13.5, 0), (13.5, 1), (14.5, 0), (14.5, 1)]


def test_what_is_malformed_is_passed_over() -> None:
    outlet = Outlet()
    plugin = started(outlet)
    for fields in ({}, {"eye_id": 7}, {"eye_id": 0, "ref_list": 5, "pupil_list": []}):
        plugin.on_notify(Notification(subject=REHEARSED_SUBJECT, fields=fields))
    assert not outlet.told
