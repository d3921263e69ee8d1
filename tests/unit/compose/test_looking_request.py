from __future__ import annotations

import msgspec
import pytest

from gazewire.compose.looking_request import LOOK_SUBJECT, LookingRequest, follow_requests
from gazewire.model import Notification
from gazewire.sim import Attention, Exhibit
from gazewire.wire.ipc import Message, parse_notification

NOW_NS = 1_700_000_000_000_000_000
EXHIBIT = Exhibit.on_card("calibration", (0.1, 0.2), 0.08)


@pytest.mark.parametrize("exhibit", [EXHIBIT, None])
def test_a_request_goes_over_the_bus_and_back(exhibit: Exhibit | None) -> None:
    request = LookingRequest(unix_ns=NOW_NS, exhibit=exhibit)
    told = request.notification()
    fields = msgspec.msgpack.encode({"subject": told.subject, **told.fields})
    heard = parse_notification(Message(f"notify.{told.subject}", fields))
    assert LookingRequest.of(heard) == request


def test_whoever_follows_requests_turns_attention_by_them() -> None:
    attention = Attention()
    hear = follow_requests(attention)
    hear(LookingRequest(unix_ns=NOW_NS, exhibit=EXHIBIT).notification())
    assert attention.shown(NOW_NS) == EXHIBIT
    assert attention.shown(NOW_NS - 1) is None


@pytest.mark.parametrize(
    "notification",
    [
        Notification(subject="calibration.started"),
        Notification(subject=LOOK_SUBJECT),
        Notification(subject=LOOK_SUBJECT, fields={"unix_ns": "now", "exhibit": None}),
        Notification(subject=LOOK_SUBJECT, fields={"unix_ns": 1, "exhibit": {"kind": "cat"}}),
    ],
)
def test_what_is_no_request_changes_nothing(notification: Notification) -> None:
    attention = Attention()
    follow_requests(attention)(notification)
    assert attention.shown(2 * NOW_NS) is None
