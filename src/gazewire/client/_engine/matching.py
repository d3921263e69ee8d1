"""What belongs to each picture of the scene: gaze, eyes and sound, paired by time as they come."""

from __future__ import annotations

import asyncio
import enum
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, Self, TypeVar

from gazewire.client._engine.link import DeviceLink
from gazewire.client.models import SensorName
from gazewire.client.streaming.audio import AudioFrame
from gazewire.client.streaming.gaze import GazeDataType, gaze_data
from gazewire.client.streaming.video import VideoFrame
from gazewire.flow import (
    Aligner,
    InterpolatedGaze,
    Match,
    Nearest,
    OfficialMatcher,
    Overlapping,
    Series,
    Timed,
)
from gazewire.model import GazeDatum
from gazewire.time import Clock
from gazewire.wire.sdp import MediaDescription

__all__ = ["LiveMatcher", "MatchRule", "Matching", "SceneMatch"]

T = TypeVar("T")

_NS_PER_S = 1_000_000_000
_NS_PER_MS = 1_000_000

# Outlasts the coding of a piece of sound, the slowest of all that is paired.
_MAX_WAIT_NS = 500 * _NS_PER_MS

# Sound begins nearer to this picture than to the next, at 30 pictures a second.
_HALF_PICTURE_NS = _NS_PER_S // 60
# Pieces of sound that are looked back at; older ones were with an earlier picture.
_SOUND_KEPT_NS = _NS_PER_S


class Matching(enum.Enum):
    """Which gaze belongs to a picture."""

    NEAREST = "nearest"
    """The one nearest in time, within the tolerance."""

    INTERPOLATED = "interpolated"
    """One made for the picture's instant, of the two around it; there is none where these lie
    further apart than twice the tolerance."""

    OFFICIAL = "official"
    """The one that the official client takes: the first that came after the picture's instant, of
    those not taken yet, or the last before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRule:
    """How items are paired with pictures of the scene.

    Attributes:
        matching: which gaze is taken, and by the same rule which picture of the eyes; the eyes are
            never interpolated, but nearest then.
        tolerance_ns: what is further away does not belong to a picture; the official rule has none.
    """

    matching: Matching = Matching.NEAREST
    tolerance_ns: int = 100 * _NS_PER_MS

    @classmethod
    def of_seconds(cls, matching: Matching, tolerance_seconds: float) -> Self:
        """Make a rule of what a user says.

        Raises:
            ValueError: the tolerance is negative, or no number.
        """
        if not tolerance_seconds >= 0:
            raise ValueError(f"a tolerance is not negative, as {tolerance_seconds} is")
        return cls(matching=matching, tolerance_ns=round(tolerance_seconds * _NS_PER_S))


@dataclass(frozen=True, slots=True)
class SceneMatch:
    """A picture of the scene and what belongs to it.

    Attributes:
        scene: the picture.
        gaze: where the wearer looked.
        eyes: None where they were not asked for.
        audio: empty where it was not asked for; each piece of sound is with one picture only.
    """

    scene: VideoFrame
    gaze: GazeDataType | None
    eyes: VideoFrame | None = None
    audio: tuple[AudioFrame, ...] = ()


class LiveMatcher:
    """Pairs what a device sends. Use it on the link's event loop.

    Only whole matches are delivered: with gaze, and with eyes or sound where they are asked for.

    Args:
        link: to the device; its feeds are started and stopped by whoever owns it.
        rule: how to pair.
        deliver: takes matches, in order.
        eyes: pictures of the eyes are wanted too.
        audio: sound is wanted too; gaze then is not required.
    """

    def __init__(
        self,
        link: DeviceLink,
        rule: MatchRule,
        deliver: Callable[[list[SceneMatch]], None],
        *,
        eyes: bool = False,
        audio: bool = False,
    ) -> None:
        self._link = link
        self._deliver = deliver
        self._wants_eyes = eyes
        self._wants_audio = audio
        self._is_interpolated = rule.matching is Matching.INTERPOLATED
        self._pairing: _Pairing
        if rule.matching is Matching.OFFICIAL:
            self._pairing = _OfficialPairing(self._take)
        else:
            self._pairing = _TimedPairing(self._take, rule, link.clock, eyes=eyes, audio=audio)
        self._leave: list[Callable[[], None]] = []

    def start(self) -> None:
        """Begin to pair."""
        link, pairing = self._link, self._pairing
        takers: list[tuple[SensorName, Callable[..., None]]] = [
            (SensorName.WORLD, pairing.receive_scene)
        ]
        if self._is_interpolated:
            stream = link.feed(SensorName.GAZE).stream
            self._leave.append(stream.listen(_Records(pairing.receive_gaze)))
        else:
            takers.append((SensorName.GAZE, pairing.receive_gaze))
        if self._wants_eyes:
            takers.append((SensorName.EYES, pairing.receive_eyes))
        if self._wants_audio:
            takers.append((SensorName.AUDIO, pairing.receive_audio))
        self._leave += [link.feed(name).listen(partial(_each, take)) for name, take in takers]

    def stop(self) -> None:
        """Pair no more. Harmless when repeated."""
        for leave in self._leave:
            leave()
        self._leave.clear()
        self._pairing.close()

    @property
    def sensors(self) -> tuple[SensorName, ...]:
        """What is needed."""
        names = [SensorName.GAZE, SensorName.WORLD]
        if self._wants_eyes:
            names.append(SensorName.EYES)
        if self._wants_audio:
            names.append(SensorName.AUDIO)
        return tuple(names)

    def _take(self, matches: list[SceneMatch]) -> None:
        whole = [match for match in matches if self._is_whole(match)]
        if whole:
            self._deliver(whole)

    def _is_whole(self, match: SceneMatch) -> bool:
        if self._wants_audio:
            return bool(match.audio)
        return match.gaze is not None and (not self._wants_eyes or match.eyes is not None)


def _each(take: Callable[[T], None], items: list[T]) -> None:
    for item in items:
        take(item)


class _Records(Generic[T]):
    """Listens to a stream for its records, before they are made what users read."""

    def __init__(self, take: Callable[[T], None]) -> None:
        self._take = take

    def session_began(self, media: MediaDescription) -> None:
        pass

    def items_arrived(self, items: list[T]) -> None:
        _each(self._take, items)

    def stream_ended(self) -> None:
        pass


class _Pairing(ABC):
    @abstractmethod
    def receive_scene(self, frame: VideoFrame) -> None: ...

    @abstractmethod
    def receive_gaze(self, datum: GazeDataType | GazeDatum) -> None: ...

    @abstractmethod
    def receive_eyes(self, frame: VideoFrame) -> None: ...

    @abstractmethod
    def receive_audio(self, sound: AudioFrame) -> None: ...

    @abstractmethod
    def close(self) -> None: ...


class _OfficialPairing(_Pairing):
    def __init__(self, deliver: Callable[[list[SceneMatch]], None]) -> None:
        self._deliver = deliver
        self._matcher = OfficialMatcher[VideoFrame, GazeDataType, VideoFrame, AudioFrame]()

    def receive_scene(self, frame: VideoFrame) -> None:
        match = self._matcher.receive_scene(frame)
        self._deliver([SceneMatch(match.scene, match.gaze, match.eyes, match.audio)])

    def receive_gaze(self, datum: GazeDataType | GazeDatum) -> None:
        assert not isinstance(datum, GazeDatum)
        self._matcher.receive_gaze(datum)

    def receive_eyes(self, frame: VideoFrame) -> None:
        self._matcher.receive_eyes(frame)

    def receive_audio(self, sound: AudioFrame) -> None:
        self._matcher.receive_audio(sound)

    def close(self) -> None:
        pass


class _TimedPairing(_Pairing):
    def __init__(
        self,
        deliver: Callable[[list[SceneMatch]], None],
        rule: MatchRule,
        clock: Clock,
        *,
        eyes: bool,
        audio: bool,
    ) -> None:
        self._deliver = deliver
        self._clock = clock
        choice: InterpolatedGaze | Nearest[GazeDataType] = (
            InterpolatedGaze(max_gap_ns=2 * rule.tolerance_ns)
            if rule.matching is Matching.INTERPOLATED
            else Nearest[GazeDataType](tolerance_ns=rule.tolerance_ns)
        )
        # Any: gaze in one of two shapes, of which the choice knows the right one.
        self._gaze = Series[Any, Any](choice)
        self._eyes = Series(Nearest[VideoFrame](tolerance_ns=rule.tolerance_ns)) if eyes else None
        sound = Overlapping[AudioFrame](-_SOUND_KEPT_NS, _HALF_PICTURE_NS, lambda sound: 1)
        self._audio = Series(sound) if audio else None
        self._began_ns: dict[Series[Any, Any], int] = {}
        self._sound_until_ns = 0
        partners = [s for s in (self._gaze, self._eyes, self._audio) if s is not None]
        self._aligner = Aligner[VideoFrame](*partners, max_wait_ns=_MAX_WAIT_NS)
        self._timer: asyncio.TimerHandle | None = None

    def receive_scene(self, frame: VideoFrame) -> None:
        self._give_out(self._aligner.receive(frame, self._clock.mono_ns()))

    def receive_gaze(self, datum: GazeDataType | GazeDatum) -> None:
        self._receive(self._gaze, datum)

    def receive_eyes(self, frame: VideoFrame) -> None:
        if self._eyes is not None:
            self._receive(self._eyes, frame)

    def receive_audio(self, sound: AudioFrame) -> None:
        if self._audio is not None:
            self._receive(self._audio, sound)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _receive(self, series: Series[Any, Any], item: Timed) -> None:
        self._began_ns.setdefault(series, item.timestamp_unix_ns)
        series.receive(item)
        self._release()

    def _release(self) -> None:
        if self._aligner.next_release_ns is not None:
            self._give_out(self._aligner.release(self._clock.mono_ns()))

    def _give_out(self, matches: list[Match[VideoFrame]]) -> None:
        if matches:
            self._deliver([self._scene_match(match) for match in matches])
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        release_ns = self._aligner.next_release_ns
        if release_ns is not None:
            delay_s = max(0, release_ns - self._clock.mono_ns()) / _NS_PER_S
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._release)

    def _scene_match(self, match: Match[VideoFrame]) -> SceneMatch:
        gaze = self._chosen(match, self._gaze)
        if isinstance(gaze, GazeDatum):
            gaze = gaze_data(gaze)
        return SceneMatch(
            match.primary,
            gaze,
            None if self._eyes is None else self._chosen(match, self._eyes),
            () if self._audio is None else self._new_sound(match, self._audio),
        )

    def _chosen(self, match: Match[VideoFrame], series: Series[Any, T]) -> T | None:
        # Before a stream began, what came first is not what is nearest.
        began_ns = self._began_ns.get(series)
        if began_ns is None or match.primary.timestamp_unix_ns < began_ns:
            return None
        return match[series]

    def _new_sound(
        self, match: Match[VideoFrame], series: Series[AudioFrame, tuple[AudioFrame, ...]]
    ) -> tuple[AudioFrame, ...]:
        if not self._sound_until_ns:
            self._sound_until_ns = match.primary.timestamp_unix_ns - _HALF_PICTURE_NS
        new = tuple(
            piece for piece in match[series] if piece.timestamp_unix_ns > self._sound_until_ns
        )
        if new:
            self._sound_until_ns = new[-1].timestamp_unix_ns
        return new
