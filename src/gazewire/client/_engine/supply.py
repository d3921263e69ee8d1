"""What readers can have of a device: a stream, several as one, matched pictures, or arrays.

    leave = sensor_supply(SensorName.GAZE).begin(link, sink)

Both faces of the client read the same supplies, from sinks of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from gazewire.client._engine.arrays import RecordArray
from gazewire.client._engine.batches import BATCHED, TO_ARRAY
from gazewire.client._engine.link import SENSORS, DeviceLink
from gazewire.client._engine.matching import LiveMatcher, MatchRule, SceneMatch
from gazewire.client._engine.merging import LiveMerger
from gazewire.client._engine.payloads import MissingStreamError
from gazewire.client._engine.sink import Sink
from gazewire.client._engine.statistics import StreamState
from gazewire.client.models import SensorName
from gazewire.client.streaming.audio import AudioNotAvailableError
from gazewire.flow import Tagged
from gazewire.wire.sdp import MediaDescription

__all__ = [
    "Supply",
    "batch_supply",
    "match_supply",
    "merge_supply",
    "sensor_named",
    "sensor_supply",
]

T = TypeVar("T")

Leave = Callable[[], None]

# Twenty seconds of the fastest data. Of pictures half a second for who reads the current one, since
# whoever cannot keep up does not want to fall behind, and two seconds for who wants all of them: a
# picture of the scene takes 3 MB.
_DATA = 4_000
_CURRENT_PICTURES = {SensorName.WORLD: 15, SensorName.EYES: 100}
_ALL_PICTURES = {SensorName.WORLD: 60, SensorName.EYES: 400}


@dataclass(frozen=True, slots=True)
class Supply(Generic[T]):
    """Something to be had of a device.

    Attributes:
        sensors: whose streams it needs.
        pour: puts it into a sink, once these streams run; returns what ends that.
    """

    sensors: tuple[SensorName, ...]
    pour: Callable[[DeviceLink, Sink[T]], Leave]

    def begin(self, link: DeviceLink, sink: Sink[T]) -> Leave:
        """Pour it into a sink, and have its streams received; on the link's event loop.

        The sink is closed when the link ends, or because there is no sound where that is needed.

        Returns:
            What ends it; harmless when repeated.

        Raises:
            DeviceError: the link has ended.
        """
        leave = [link.attach(sink), self.pour(link, sink)]
        if SensorName.AUDIO in self.sensors:
            leave.append(_watch_for_sound(link, sink))
        return partial(_call_all, leave)

    def capacity(self, *, everything: bool) -> int:
        """How many items a sink should hold.

        Args:
            everything: nothing is to be missed, if possible; else the current item is wanted.
        """
        pictures = _ALL_PICTURES if everything else _CURRENT_PICTURES
        return min((pictures.get(name, _DATA) for name in self.sensors), default=_DATA)


def sensor_named(name: str) -> SensorName:
    """Find a sensor by the name that users call it.

    Raises:
        ValueError: there is none of that name.
    """
    for sensor in SENSORS:
        if name == sensor.value:
            return sensor
    raise ValueError(f"{name!r} is not a stream; {_choices(SENSORS)} are")


# Any: each sensor has a type of its own, which those who ask know.
def sensor_supply(name: SensorName) -> Supply[Any]:
    """What one sensor gives."""

    def pour(link: DeviceLink, sink: Sink[Any]) -> Leave:
        feed = link.feed(name)
        leave = feed.listen(sink.put_many, in_any_thread=sink.takes_in_any_thread)
        return partial(_call_all, (leave, *_join(link, (name,))))

    return Supply((name,), pour)


def match_supply(rule: MatchRule, *, eyes: bool = False, audio: bool = False) -> Supply[SceneMatch]:
    """Pictures of the scene, and what belongs to them.

    Args:
        rule: what that is.
        eyes: pictures of the eyes, too.
        audio: sound, too; gaze is not required then.
    """
    sensors = (
        SensorName.GAZE,
        SensorName.WORLD,
        *((SensorName.EYES,) if eyes else ()),
        *((SensorName.AUDIO,) if audio else ()),
    )

    def pour(link: DeviceLink, sink: Sink[SceneMatch]) -> Leave:
        matcher = LiveMatcher(link, rule, sink.put_many, eyes=eyes, audio=audio)
        matcher.start()
        return partial(_call_all, (matcher.stop, *_join(link, sensors)))

    return Supply(sensors, pour)


def merge_supply(stream_names: Sequence[str]) -> Supply[Tagged[Any]]:
    """What several sensors give, in order of time.

    Raises:
        ValueError: no sensor is named, or one that there is not.
    """
    if not stream_names:
        raise ValueError(f"name the streams to merge, of {_choices(SENSORS)}")
    sensors = tuple(dict.fromkeys(map(sensor_named, stream_names)))

    def pour(link: DeviceLink, sink: Sink[Tagged[Any]]) -> Leave:
        merger = LiveMerger(link, sensors, sink.put_many)
        merger.start()
        return partial(_call_all, (merger.stop, *_join(link, sensors)))

    return Supply(sensors, pour)


def batch_supply(stream_name: str) -> Supply[RecordArray]:
    """What one sensor gives, in arrays.

    Raises:
        ValueError: there are no arrays of that stream, or no such stream.
    """
    name = sensor_named(stream_name)
    if name not in BATCHED:
        raise ValueError(f"{stream_name} cannot be had as arrays; {_choices(BATCHED)} can")

    def pour(link: DeviceLink, sink: Sink[RecordArray]) -> Leave:
        if name is SensorName.GAZE:
            feed, switch = link.gaze_batches()
            return partial(_call_all, (feed.listen(sink.put_many), switch.join()))
        leave = link.feed(name).stream.listen(_Batches(TO_ARRAY[name], sink))
        return partial(_call_all, (leave, *_join(link, (name,))))

    return Supply((name,), pour)


class _Batches:
    """Makes arrays of a stream's records, before those are made what users read."""

    def __init__(
        self, to_array: Callable[[list[Any]], RecordArray], sink: Sink[RecordArray]
    ) -> None:
        self._to_array = to_array
        self._sink = sink

    def session_began(self, media: MediaDescription) -> None:
        """Nothing depends on sessions."""

    def items_arrived(self, items: list[Any]) -> None:
        array = self._to_array(items)
        if len(array):
            self._sink.put_many([array])

    def stream_ended(self) -> None:
        """Streams of a device are kept alive."""


def _join(link: DeviceLink, names: Iterable[SensorName]) -> list[Leave]:
    return [link.switch(name).join() for name in names]


def _watch_for_sound(link: DeviceLink, sink: Sink[Any]) -> Leave:
    """Close a sink when there is no sound: it can be switched off in the app."""
    stream = link.feed(SensorName.AUDIO).stream

    def look(state: StreamState) -> None:
        if state is StreamState.RETRYING and isinstance(stream.failure, MissingStreamError):
            failure = AudioNotAvailableError(
                "the device sends no sound; is the microphone switched on in the app?"
            )
            sink.close(str(failure), failure)

    look(stream.state)
    return stream.observe(look)


def _call_all(functions: Iterable[Leave]) -> None:
    for function in functions:
        function()


def _choices(names: Iterable[SensorName]) -> str:
    return ", ".join(str(name.value) for name in names)
