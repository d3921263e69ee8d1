"""Streams as arrays: all records that have come since the last look, in one piece.

Gaze has a stream of its own for this, whose packets are read into arrays without a record being
made of each. The others are not fast enough for that to matter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gazewire.client._engine.address import StreamAddress
from gazewire.client._engine.arrays import RecordArray, eye_event_array, imu_array
from gazewire.client._engine.feed import ConvertingFeed, Feed
from gazewire.client._engine.gaze_batches import GazeBatchReceiver
from gazewire.client._engine.payloads import PayloadCounts, PayloadKind
from gazewire.client._engine.policy import StreamOptions
from gazewire.client._engine.stream import LiveStream
from gazewire.client.models import SensorName
from gazewire.wire.payload import PayloadReceiver, ReceivedEyeEvent, UnknownEyeEvent

__all__ = ["BATCHED", "TO_ARRAY", "gaze_batch_feed", "joined"]


def _count(receiver: PayloadReceiver[RecordArray]) -> PayloadCounts:
    assert isinstance(receiver, GazeBatchReceiver)
    return PayloadCounts(malformed=receiver.malformed, unknown=receiver.unexplained)


_KIND = PayloadKind(media="application", receiver=GazeBatchReceiver, count=_count)


def gaze_batch_feed(address: StreamAddress, options: StreamOptions) -> Feed[RecordArray]:
    """Gaze, as arrays of `GAZE_DTYPE`."""
    return ConvertingFeed(LiveStream("gaze_batches", _KIND, address, options), lambda array: array)


def _known_eye_events(events: list[ReceivedEyeEvent]) -> RecordArray:
    return eye_event_array(
        received.event for received in events if not isinstance(received.event, UnknownEyeEvent)
    )


# Any: each sensor has records of its own.
TO_ARRAY: dict[SensorName, Callable[[list[Any]], RecordArray]] = {
    SensorName.IMU: imu_array,
    SensorName.EYE_EVENTS: _known_eye_events,
}
"""What makes arrays of the records of those sensors that have no stream of arrays."""

BATCHED = (SensorName.GAZE, *TO_ARRAY)
"""What can be had as arrays."""


def joined(arrays: list[RecordArray]) -> RecordArray:
    """Put arrays together, of which there is at least one."""
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
