from __future__ import annotations

import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.wire.ipc import Subscription, SubscriptionSet


def subscribed(*prefixes: str, capacity: int = 100) -> SubscriptionSet:
    wanted = SubscriptionSet(capacity=capacity)
    for prefix in prefixes:
        wanted.update(Subscription(prefix.encode(), wanted=True))
    return wanted


def test_a_subscription_is_one_byte_and_the_beginning_of_topics() -> None:
    assert Subscription.parse(b"\x01gaze.3d") == Subscription(b"gaze.3d", wanted=True)
    assert Subscription.parse(b"\x00") == Subscription(b"", wanted=False)
    assert Subscription(b"gaze.3d", wanted=False).serialize() == b"\x00gaze.3d"


@pytest.mark.parametrize("frame", [b"", b"\x02gaze", b"gaze"])
def test_what_is_no_subscription_is_refused(frame: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        Subscription.parse(frame)


def test_a_subscription_to_gaze_of_eye_0_takes_gaze_of_both_eyes_too() -> None:
    wanted = subscribed("gaze.3d.0")
    assert wanted.wants("gaze.3d.0.")
    assert wanted.wants("gaze.3d.01.")
    assert not wanted.wants("gaze.3d.1.")
    assert not wanted.wants("gaze.3d.")


def test_a_subscription_to_the_documented_fixation_takes_the_real_fixations() -> None:
    assert subscribed("fixation").wants("fixations")


def test_a_subscription_to_nothing_takes_everything() -> None:
    assert subscribed("").wants("anything")
    assert subscribed("").wants("")


def test_nobody_wants_what_was_unsubscribed() -> None:
    wanted = subscribed("frame.", "frame.eye.")
    wanted.update(Subscription(b"frame.", wanted=False))
    assert not wanted.wants("frame.world")
    assert wanted.wants("frame.eye.0")
    wanted.update(Subscription(b"never.subscribed", wanted=False))
    assert wanted.wants("frame.eye.0")


def test_more_subscriptions_than_are_kept_make_everything_wanted_until_they_are_gone() -> None:
    wanted = subscribed("a", "b", "c", capacity=2)
    assert wanted.wants("z")
    wanted.update(Subscription(b"c", wanted=False))
    assert not wanted.wants("z")
    assert wanted.wants("a.b")
