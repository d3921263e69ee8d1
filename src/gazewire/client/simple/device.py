"""One device, by blocking calls.

    with Device("10.0.0.2", 8080) as device:
        print(device.receive_gaze_datum())
        for datum in device.gaze():
            ...

Any thread may call, also one that runs an event loop, such as a notebook's. All work is done in a
thread in the background.
"""

from __future__ import annotations

import atexit
import logging
import threading
import weakref
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from gazewire.client._engine.arrays import (
    RecordArray,
    eye_event_array,
    gaze_array,
    imu_array,
)
from gazewire.client._engine.link import SENSORS, DeviceLink
from gazewire.client._engine.mailbox import Delivery, MailboxClosedError
from gazewire.client._engine.matching import Matching, MatchRule, SceneMatch
from gazewire.client._engine.reachable import first_reachable
from gazewire.client._engine.statistics import StreamStatistics
from gazewire.client.base import DeviceBase
from gazewire.client.calibration import Calibration
from gazewire.client.camera_control import CameraState
from gazewire.client.device import Device as AsyncDevice
from gazewire.client.device_error import DeviceError
from gazewire.client.models import (
    Event,
    Sensor,
    SensorName,
    Status,
    Template,
    TemplateDataFormat,
)
from gazewire.client.simple._outlets import (
    Outlet,
    match_outlet,
    merge_outlet,
    record_outlet,
    sensor_outlet,
)
from gazewire.client.simple._portal import Portal
from gazewire.client.simple.models import (
    MatchedGazeEyesSceneItem,
    MatchedItem,
    MatchedSceneAudioItem,
    SimpleVideoFrame,
)
from gazewire.client.streaming import AudioFrame, IMUData, VideoFrame
from gazewire.client.streaming.audio import AudioNotAvailableError
from gazewire.client.streaming.eye_events import EyeEventDataType
from gazewire.client.streaming.gaze import GazeDataType
from gazewire.client.time_echo import TimeEchoEstimates, TimeOffsetEstimator
from gazewire.flow import Tagged
from gazewire.time import SystemClock

if TYPE_CHECKING:
    from gazewire.client.discovery import DiscoveredDeviceInfo

__all__ = ["Device", "UnreadCounts"]

logger = logging.getLogger("gazewire.client")

T = TypeVar("T")

_NS_PER_S = 1_000_000_000

# From a search for the one of several addresses that answers.
_REACHED_WITHIN_S = 3.0

# All that is unread: more than any mailbox holds.
_ALL = 1 << 20

_TO_ARRAY: dict[SensorName, Callable[[list[Any]], RecordArray]] = {
    SensorName.GAZE: gaze_array,
    SensorName.IMU: imu_array,
    SensorName.EYE_EVENTS: lambda events: eye_event_array(event.event for event in events),
}

# Labels beside the names of sensors, as the official client calls them.
_MATCHED_GAZE = "matched_gaze_and_scene_video"
_MATCHED_EYES = "matched_gaze_eyes_and_scene_video"
_MATCHED_AUDIO = "matched_scene_video_and_audio"

_open_devices: weakref.WeakSet[Device] = weakref.WeakSet()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadCounts:
    """What has not been read, of one kind of item.

    Attributes:
        waiting: items that wait to be read.
        skipped: items passed over because a newer one was wanted.
        dropped: items lost because too many waited.
    """

    waiting: int
    skipped: int
    dropped: int


class Device(DeviceBase):
    """A device on the network. Making one connects to it.

    A context manager; or close it. A program that forgets to is not kept from ending.

    What `receive_…` gives is every item in order while the caller keeps up, and the newest one for
    a call that comes more than 250 ms after the one before; see `set_delivery`. Streams are started
    by the first call that needs them, and opened again when they are lost; see `statistics`.

    Args:
        address: IP address or host name.
        port: of the REST interface.
        full_name: of the service that was discovered.
        dns_name: of the machine that was discovered.
        start_streaming_by_default: start all streams at once.
        suppress_decoding_warnings: have the video decoder be silent.

    Raises:
        DeviceError: the device does not answer.
    """

    def __init__(
        self,
        address: str,
        port: int,
        full_name: str | None = None,
        dns_name: str | None = None,
        start_streaming_by_default: bool = False,
        suppress_decoding_warnings: bool = True,
    ) -> None:
        self._portal: Portal | None = None
        super().__init__(address, port, full_name, dns_name, suppress_decoding_warnings)
        self._clock = SystemClock()
        self._control = AsyncDevice(address, port, full_name, dns_name)
        self._delivery = Delivery.AUTO
        self._rule = MatchRule()
        self._outlets: dict[str, Outlet[Any]] = {}
        self._iterated: set[Outlet[Any]] = set()
        self._lock = threading.Lock()
        self._link = DeviceLink(self._control.active_session, self._clock)
        portal = Portal.enter()
        try:
            portal.call(self._link.__aenter__)
        except BaseException:
            with suppress(Exception):
                portal.call(self._control.close)
            portal.leave()
            raise
        self._portal = portal
        _open_devices.add(self)
        if start_streaming_by_default:
            self.streaming_start(None)

    @classmethod
    def from_discovered_device(cls, device: DiscoveredDeviceInfo) -> Self:
        """Connect to a device that was discovered, at whichever of its addresses answers."""
        portal = Portal.enter()
        try:
            found = portal.call(_reachable, tuple(device.addresses), device.port)
        finally:
            portal.leave()
        return cls(found, device.port, full_name=device.name, dns_name=device.server)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # What the device says of itself; followed, so it is as of now.

    @property
    def _status(self) -> Status:
        return self._link.status.status

    @property
    def phone_name(self) -> str:
        """Name of the phone, chosen by its user."""
        return self._status.phone.device_name

    @property
    def phone_id(self) -> str:
        """Sixteen hexadecimal digits."""
        return self._status.phone.device_id

    @property
    def phone_ip(self) -> str:
        """Address of the phone."""
        return self._status.phone.ip

    @property
    def battery_level_percent(self) -> int:
        """0 to 100."""
        return self._status.phone.battery_level

    @property
    def battery_state(self) -> Literal["OK", "LOW", "CRITICAL"]:
        """What the level means for recording."""
        return self._status.phone.battery_state

    @property
    def memory_num_free_bytes(self) -> int:
        """Free space for recordings."""
        return self._status.phone.memory

    @property
    def memory_state(self) -> Literal["OK", "LOW", "CRITICAL"]:
        """What the free space means for recording."""
        return self._status.phone.memory_state

    @property
    def version_glasses(self) -> str | None:
        """Begins with 1 for Pupil Invisible, with 2 for Neon; None without glasses."""
        return self._status.hardware.version

    @property
    def module_serial(self) -> str | None:
        """Of the Neon module; None for Pupil Invisible, and where none is connected."""
        return self._status.hardware.module_serial

    @property
    def serial_number_glasses(self) -> str | None:
        """Of Pupil Invisible; ``-1`` for Neon, None where no glasses are connected."""
        return self._status.hardware.glasses_serial

    @property
    def serial_number_scene_cam(self) -> str | None:
        """Of Pupil Invisible; ``-1`` for Neon, None where no camera is connected."""
        return self._status.hardware.world_camera_serial

    def get_errors(self) -> list[str]:
        """Hand out, once, what the device has reported as errors."""
        return self._link.status.take_errors()

    def world_sensor(self) -> Sensor | None:
        """The scene camera; one that is not connected where the device has told of none."""
        return self._status.direct_world_sensor()

    def gaze_sensor(self) -> Sensor | None:
        """Gaze; as `world_sensor`."""
        return self._status.direct_gaze_sensor()

    def eye_events_sensor(self) -> Sensor | None:
        """Fixations, saccades and blinks; as `world_sensor`."""
        return self._status.direct_eye_events_sensor()

    # What the device can be told; each raises DeviceError where it refuses or does not answer.

    def get_calibration(self) -> Calibration:
        """Fetch intrinsics and extrinsics of the cameras.

        Raises:
            DeviceError: the device refused, or did not answer.
        """
        return self._ask(self._control.get_calibration)

    def recording_start(self) -> str:
        """Begin a recording.

        Returns:
            Its id.

        Raises:
            DeviceError: the device refused, with the reason, or did not answer.
        """
        return self._ask(self._control.recording_start)

    def recording_stop_and_save(self) -> None:
        """End the recording and keep it.

        Raises:
            DeviceError: the device refused, with the reason, or did not answer.
        """
        self._ask(self._control.recording_stop_and_save)

    def recording_cancel(self) -> None:
        """End the recording and throw it away.

        Raises:
            DeviceError: the device refused, with the reason, or did not answer.
        """
        self._ask(self._control.recording_cancel)

    def send_event(self, event_name: str, event_timestamp_unix_ns: int | None = None) -> Event:
        """Mark an instant.

        Args:
            event_name: the label.
            event_timestamp_unix_ns: the instant, by the device's clock; that of its arrival at the
                device where None.

        Raises:
            DeviceError: the device refused, or did not answer.
        """
        return self._ask(self._control.send_event, event_name, event_timestamp_unix_ns)

    def get_template(self) -> Template:
        """Fetch the questions of the template that is selected.

        Raises:
            DeviceError: the device refused, or did not answer.
        """
        return self._ask(self._control.get_template)

    # Any: answers are what the template makes them.
    def get_template_data(self, template_format: TemplateDataFormat = "simple") -> Any:
        """Fetch the answers given so far.

        Raises:
            DeviceError: the device refused, or did not answer.
        """
        return self._ask(self._control.get_template_data, template_format)

    def post_template_data(
        self, template_data: dict[str, list[str]], template_format: TemplateDataFormat = "simple"
    ) -> Any:
        """Give answers, checked before they are sent.

        Raises:
            InvalidTemplateAnswersError: they do not fit the questions.
            DeviceError: the device refused, or did not answer.
        """
        return self._ask(self._control.post_template_data, template_data, template_format)

    def get_camera_state(self) -> CameraState:
        """Fetch how the scene camera is set, and what it could be set to.

        Raises:
            DeviceError: the camera does not stream, or the device did not answer.
        """
        return self._ask(self._control.get_camera_state)

    def set_camera_state(
        self,
        ae_mode: Literal["auto", "manual"] | None = None,
        man_exp: int | None = None,
        gain: int | None = None,
        brightness: int | None = None,
        contrast: int | None = None,
        gamma: int | None = None,
        camera: Literal["world"] = "world",
        validate_with_state: CameraState | None = None,
    ) -> None:
        """Set the scene camera; what is None stays as it is.

        Args:
            ae_mode: automatic or manual exposure.
            man_exp: time of manual exposure, in the camera's unit.
            gain: in the camera's unit, as all that follow.
            brightness: as `gain`.
            contrast: as `gain`.
            gamma: as `gain`.
            camera: there is one.
            validate_with_state: check the values against its ranges first.

        Raises:
            ValueError: a value is outside of these ranges.
            DeviceError: the device refused, or did not answer.
        """
        control = self._control

        async def set_state() -> None:
            await control.set_camera_state(
                ae_mode=ae_mode,
                man_exp=man_exp,
                gain=gain,
                brightness=brightness,
                contrast=contrast,
                gamma=gamma,
                camera=camera,
                validate_with_state=validate_with_state,
            )

        self._ask(set_state)

    def estimate_time_offset(
        self,
        number_of_measurements: int = 100,
        sleep_between_measurements_seconds: float | None = None,
    ) -> TimeEchoEstimates | None:
        """Measure the offset of the device's clock from ours, anew.

        Returns:
            Round trips and offsets in milliseconds; None where the device cannot tell its time.
        """
        port = self._status.phone.time_echo_port
        if port is None:
            logger.warning("the device has no time echo; its app is too old")
            return None
        estimator = TimeOffsetEstimator(self.phone_ip, port)
        return self._ask(
            estimator.estimate, number_of_measurements, sleep_between_measurements_seconds
        )

    # One item at a time. Each waits for ever where `timeout_seconds` is None, and gives None where
    # nothing came in time; each raises DeviceError once the device is closed, and nothing else.

    def receive_scene_video_frame(
        self, timeout_seconds: float | None = None
    ) -> SimpleVideoFrame | None:
        """Receive a picture of the scene.

        Args:
            timeout_seconds: how long to wait for it; for ever where None, as in all that follow.

        Returns:
            The picture, or None if none came in time.

        Raises:
            DeviceError: the device was closed, as in all that follow.
        """
        return _simple(self._receive(SensorName.WORLD, timeout_seconds))

    def receive_gaze_datum(self, timeout_seconds: float | None = None) -> GazeDataType | None:
        """Receive where the wearer looks; arguments as of `receive_scene_video_frame`."""
        datum: GazeDataType | None = self._receive(SensorName.GAZE, timeout_seconds)
        return datum

    def receive_eyes_video_frame(
        self, timeout_seconds: float | None = None
    ) -> SimpleVideoFrame | None:
        """Receive a picture of both eyes; arguments as of `receive_scene_video_frame`."""
        return _simple(self._receive(SensorName.EYES, timeout_seconds))

    def receive_imu_datum(self, timeout_seconds: float | None = None) -> IMUData | None:
        """Receive the motion of the head; arguments as of `receive_scene_video_frame`."""
        datum: IMUData | None = self._receive(SensorName.IMU, timeout_seconds)
        return datum

    def receive_eye_events(self, timeout_seconds: float | None = None) -> EyeEventDataType | None:
        """Receive what the eyes did; arguments as of `receive_scene_video_frame`."""
        event: EyeEventDataType | None = self._receive(SensorName.EYE_EVENTS, timeout_seconds)
        return event

    def receive_audio_frame(self, timeout_seconds: float | None = None) -> AudioFrame | None:
        """Receive sound; arguments as of `receive_scene_video_frame`.

        Raises:
            AudioNotAvailableError: the device sends none; the microphone is switched off.
        """
        sound: AudioFrame | None = self._receive(SensorName.AUDIO, timeout_seconds)
        return sound

    def receive_matched_scene_video_frame_and_gaze(
        self, timeout_seconds: float | None = None
    ) -> MatchedItem | None:
        """Receive a picture of the scene and where the wearer looked in it; see `set_matching`."""
        match: SceneMatch | None = self._receive(_MATCHED_GAZE, timeout_seconds)
        return None if match is None else _matched_item(match)

    def receive_matched_scene_and_eyes_video_frames_and_gaze(
        self, timeout_seconds: float | None = None
    ) -> MatchedGazeEyesSceneItem | None:
        """Receive a picture of the scene, one of the eyes, and the gaze; see `set_matching`."""
        match: SceneMatch | None = self._receive(_MATCHED_EYES, timeout_seconds)
        return None if match is None else _matched_eyes(match)

    def receive_matched_scene_video_frame_and_audio(
        self, timeout_seconds: float | None = None
    ) -> MatchedSceneAudioItem | None:
        """Receive a picture of the scene, the sound that began with it, and the gaze.

        Pictures during which no new piece of sound began are left out.
        """
        match: SceneMatch | None = self._receive(_MATCHED_AUDIO, timeout_seconds)
        return None if match is None else _matched_audio(match)

    # All items. Each iterator has a place of its own where they wait, and misses none while the
    # reader keeps up on average; it ends when the device is closed.

    def gaze(self) -> Iterator[GazeDataType]:
        """Go through all gaze from now on."""
        return self._iterate(SensorName.GAZE)

    def scene_video(self) -> Iterator[SimpleVideoFrame]:
        """Go through all pictures of the scene from now on."""
        return map(SimpleVideoFrame.from_video_frame, self._iterate(SensorName.WORLD))

    def eyes_video(self) -> Iterator[SimpleVideoFrame]:
        """Go through all pictures of the eyes from now on."""
        return map(SimpleVideoFrame.from_video_frame, self._iterate(SensorName.EYES))

    def imu(self) -> Iterator[IMUData]:
        """Go through all inertial data from now on."""
        return self._iterate(SensorName.IMU)

    def eye_events(self) -> Iterator[EyeEventDataType]:
        """Go through all that the eyes do from now on."""
        return self._iterate(SensorName.EYE_EVENTS)

    def audio(self) -> Iterator[AudioFrame]:
        """Go through all sound from now on."""
        return self._iterate(SensorName.AUDIO)

    def matched_scene_and_gaze(self) -> Iterator[MatchedItem]:
        """Go through all pictures of the scene that have a gaze, from now on."""
        return map(_matched_item, self._iterate(_MATCHED_GAZE))

    def merged(self, *stream_names: str) -> Iterator[Tagged[Any]]:
        """Go through several streams in order of time: pairs of a stream's name and an item.

        Args:
            stream_names: as of `streaming_start`; pictures come as `VideoFrame`.
        """
        names = tuple(_sensor(name) for name in stream_names)
        return self._iterate_outlet(lambda: merge_outlet(self._link, names))

    def batches(self, stream_name: str) -> Iterator[RecordArray]:
        """Go through gaze, inertial data or eye events as arrays of what came since the last look.

        Args:
            stream_name: ``gaze``, ``imu`` or ``eye_events``.

        Yields:
            (N,) structured arrays, N at least 1, with an int64 column ``timestamp_unix_ns``.

        Raises:
            ValueError: there are no arrays of that stream.
        """
        to_array = _TO_ARRAY.get(_sensor(stream_name))
        if to_array is None:
            raise ValueError(f"{stream_name} cannot be had as arrays; {_choices(_TO_ARRAY)} can")
        outlet = self._ask(self._opened, lambda: record_outlet(self._link, _sensor(stream_name)))
        self._iterated.add(outlet)
        return self._batches(outlet, to_array)

    # Streams as such.

    def start_stream_if_needed(self, sensor: str) -> None:
        """Start a stream that is not started.

        Raises:
            ValueError: there is no such stream.
        """
        self.streaming_start(sensor)

    def streaming_start(self, stream_name: str | None) -> None:
        """Start a stream; harmless where it is started.

        Args:
            stream_name: ``gaze``, ``world``, ``eyes``, ``imu``, ``eye_events`` or ``audio``; all of
                them where None.

        Raises:
            ValueError: there is no such stream.
        """
        names = SENSORS if stream_name is None else (_sensor(stream_name),)

        async def start() -> None:
            for name in names:
                self._link.feed(name).start()

        self._ask(start)

    def streaming_stop(self, stream_name: str | None = None) -> None:
        """Stop a stream; harmless where it is not started. What nobody has read is thrown away.

        Args:
            stream_name: as of `streaming_start`.

        Raises:
            ValueError: there is no such stream.
        """
        names = SENSORS if stream_name is None else (_sensor(stream_name),)

        async def stop() -> None:
            for name in names:
                if name in self._link.feeds:
                    await self._link.feed(name).stop()

        self._ask(stop)
        for outlet in tuple(self._outlets.values()):
            if not set(names).isdisjoint(outlet.sensors):
                with suppress(MailboxClosedError):
                    outlet.mailbox.get_many(_ALL, timeout_s=0)

    @property
    def is_currently_streaming(self) -> bool:
        """Some stream is started."""
        return any(feed.is_started for feed in self._link.feeds.values())

    def statistics(self) -> dict[str, StreamStatistics]:
        """Tell the state of each stream that was started, and what came and was lost."""
        return {str(name.value): feed.stream.statistics for name, feed in self._link.feeds.items()}

    def unread(self) -> dict[str, UnreadCounts]:
        """Tell, for each kind of `receive_…` that was called, what was passed over."""
        return {
            label: UnreadCounts(
                waiting=len(outlet.mailbox),
                skipped=outlet.mailbox.skipped,
                dropped=outlet.mailbox.dropped,
            )
            for label, outlet in self._outlets.items()
        }

    def set_delivery(self, delivery: Delivery) -> None:
        """Choose what `receive_…` gives; see `Delivery`. What waits is thrown away."""
        self._delivery = delivery
        self._forget_outlets()

    def set_matching(
        self, matching: Matching = Matching.NEAREST, tolerance_seconds: float = 0.1
    ) -> None:
        """Choose which gaze belongs to a picture; see `Matching`. What waits is thrown away.

        Args:
            matching: the rule.
            tolerance_seconds: what is further away in time does not belong to a picture.
        """
        self._rule = MatchRule(matching=matching, tolerance_ns=round(tolerance_seconds * _NS_PER_S))
        self._forget_outlets()

    def close(self) -> None:
        """Stop everything, and let go of all connections. Harmless when repeated."""
        portal, self._portal = self._portal, None
        if portal is None:
            return
        _open_devices.discard(self)
        try:
            portal.call(self._shut)
        finally:
            portal.leave()

    def __del__(self) -> None:
        with suppress(Exception):
            self.close()

    async def _shut(self) -> None:
        for outlet in (*self._outlets.values(), *self._iterated):
            outlet.shut("the device was closed")
        await self._link.__aexit__(None, None, None)
        await self._control.close()

    # Any: what a coroutine yields and is sent is asyncio's own affair.
    def _ask(self, function: Callable[..., Coroutine[Any, Any, T]], *args: object) -> T:
        portal = self._portal
        if portal is None:
            raise DeviceError(None, "the device was closed")
        return portal.call(function, *args)

    async def _opened(self, open_outlet: Callable[[], Outlet[T]]) -> Outlet[T]:
        return open_outlet()

    # Any: each label has a type of its own, which the caller knows.
    def _receive(self, label: str | SensorName, timeout_s: float | None) -> Any:
        key = str(label.value) if isinstance(label, SensorName) else label
        outlet = self._outlets.get(key)
        if outlet is None or not all(self._link.feed(name).is_started for name in outlet.sensors):
            outlet = self._outlet(key)
        try:
            return outlet.mailbox.get(timeout_s)
        except MailboxClosedError as closed:
            if isinstance(closed.__cause__, AudioNotAvailableError):
                self._outlets.pop(key, None)
                raise closed.__cause__ from None
            raise DeviceError(None, str(closed)) from closed

    def _outlet(self, label: str) -> Outlet[Any]:
        """The outlet of a label, with all its streams started."""
        with self._lock:
            if label not in self._outlets:
                self._outlets[label] = self._ask(
                    self._opened, lambda: self._make_outlet(label, self._delivery)
                )
            outlet = self._outlets[label]
        for name in outlet.sensors:
            if not self._link.feed(name).is_started:
                self.streaming_start(str(name.value))
        return outlet

    def _make_outlet(self, label: str, delivery: Delivery) -> Outlet[Any]:
        match label:
            case _ if label == _MATCHED_GAZE:
                return match_outlet(self._link, self._rule, delivery, eyes=False, audio=False)
            case _ if label == _MATCHED_EYES:
                return match_outlet(self._link, self._rule, delivery, eyes=True, audio=False)
            case _ if label == _MATCHED_AUDIO:
                return match_outlet(self._link, self._rule, delivery, eyes=False, audio=True)
            case _:
                return sensor_outlet(self._link, SensorName(label), delivery)

    def _forget_outlets(self) -> None:
        with self._lock:
            outlets, self._outlets = self._outlets, {}

        async def leave() -> None:
            for outlet in outlets.values():
                outlet.shut("the way of delivery was changed")

        self._ask(leave)

    def _iterate(self, label: str | SensorName) -> Iterator[Any]:
        key = str(label.value) if isinstance(label, SensorName) else label
        return self._iterate_outlet(lambda: self._make_outlet(key, Delivery.LOSSLESS))

    def _iterate_outlet(self, make: Callable[[], Outlet[T]]) -> Iterator[T]:
        # Opened here and not when the first item is asked for: from now on means from now on.
        outlet = self._ask(self._opened, make)
        self._iterated.add(outlet)
        return self._items(outlet)

    def _items(self, outlet: Outlet[T]) -> Iterator[T]:
        try:
            yield from outlet.mailbox.iterate()
        finally:
            self._iterated.discard(outlet)
            if (portal := self._portal) is not None:
                portal.post(outlet.leave)

    def _batches(
        self, outlet: Outlet[Any], to_array: Callable[[list[Any]], RecordArray]
    ) -> Iterator[RecordArray]:
        try:
            while True:
                try:
                    records = outlet.mailbox.get_many(_ALL)
                except MailboxClosedError:
                    return
                yield to_array(records)
        finally:
            self._iterated.discard(outlet)
            if (portal := self._portal) is not None:
                portal.post(outlet.leave)


@atexit.register
def _close_all() -> None:
    # What a program has forgotten: so that its devices hear a goodbye, and its ports are closed.
    for device in tuple(_open_devices):
        with suppress(Exception):
            device.close()


async def _reachable(addresses: tuple[str, ...], port: int) -> str:
    found = await first_reachable(addresses, port, timeout_s=_REACHED_WITHIN_S)
    return found or addresses[0]


def _sensor(name: str) -> SensorName:
    for sensor in SENSORS:
        if name == sensor.value:
            return sensor
    raise ValueError(f"{name!r} is not a stream; {_choices(SENSORS)} are")


def _choices(names: Iterable[SensorName]) -> str:
    return ", ".join(str(name.value) for name in names)


def _simple(frame: VideoFrame | None) -> SimpleVideoFrame | None:
    return None if frame is None else SimpleVideoFrame.from_video_frame(frame)


def _matched_item(match: SceneMatch) -> MatchedItem:
    assert match.gaze is not None
    return MatchedItem(SimpleVideoFrame.from_video_frame(match.scene), match.gaze)


def _matched_eyes(match: SceneMatch) -> MatchedGazeEyesSceneItem:
    assert match.eyes is not None
    assert match.gaze is not None
    return MatchedGazeEyesSceneItem(
        SimpleVideoFrame.from_video_frame(match.scene),
        SimpleVideoFrame.from_video_frame(match.eyes),
        match.gaze,
    )


def _matched_audio(match: SceneMatch) -> MatchedSceneAudioItem:
    return MatchedSceneAudioItem(
        SimpleVideoFrame.from_video_frame(match.scene), list(match.audio), match.gaze
    )
