from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from loopback.script import ScriptedDevice, ok, refusal
from loopback.station import LIMIT_S, Station

from gazewire.client._engine.address import StreamAddress
from gazewire.client._engine.payloads import EYE_EVENTS, GAZE, MissingStreamError, PayloadKind
from gazewire.client._engine.policy import StreamOptions, StreamPolicy, TransportChoice
from gazewire.client._engine.statistics import StreamState
from gazewire.client._engine.stream import LiveStream
from gazewire.errors import (
    ConnectionLostError,
    DeviceRefusedError,
    NetworkError,
    RemoteProtocolError,
)
from gazewire.model import GazeDatum
from gazewire.time import SystemClock
from gazewire.wire.sdp import MediaDescription

RTP_TICK_NS = 1_000_000_000 // 90_000 + 1

# As patient as a stream can be with a machine that does other things too.
PATIENT = StreamPolicy(first_retry_s=0.01, longest_retry_s=0.05)
# A hundredth of a second is long for a stream with a packet every two milliseconds.
HASTY = StreamPolicy(
    connect_timeout_s=2.0,
    answer_timeout_s=2.0,
    fallback_s=0.1,
    silence_s=0.4,
    probe_s=0.1,
    first_retry_s=0.01,
    longest_retry_s=0.05,
)
QUICK_GAZE = replace(GAZE, pause_s=0.1)


class Follower:
    """Notes all that a stream tells."""

    def __init__(self, stream: LiveStream[Any]) -> None:
        self.states: list[StreamState] = []
        self.sessions: list[MediaDescription] = []
        self.items: list[Any] = []
        self.ended = 0
        stream.observe(self.states.append)
        stream.listen(self)

    def session_began(self, media: MediaDescription) -> None:
        self.sessions.append(media)

    def items_arrived(self, items: list[Any]) -> None:
        assert items
        self.items += items

    def stream_ended(self) -> None:
        self.ended += 1


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not condition():  # noqa: ASYNC110  # nothing but time brings it
            await asyncio.sleep(0.002)


async def passed(seconds: float) -> None:
    """Let time pass in which nothing may happen."""
    await asyncio.sleep(seconds)


def make_stream(
    url: str | StreamAddress | None,
    *,
    kind: PayloadKind[Any] = GAZE,
    policy: StreamPolicy = PATIENT,
    **options: Any,
) -> LiveStream[Any]:
    address = url if isinstance(url, StreamAddress) else StreamAddress(url)
    options.setdefault("clock", SystemClock())
    return LiveStream("gaze", kind, address, StreamOptions(policy=policy, **options))


@asynccontextmanager
async def live(
    url: str | StreamAddress | None, **options: Any
) -> AsyncIterator[tuple[LiveStream[Any], Follower]]:
    """A stream that has been started."""
    stream = make_stream(url, **options)
    follower = Follower(stream)
    stream.start()
    try:
        yield stream, follower
    finally:
        await stream.stop()


# What comes


@pytest.mark.parametrize("over_tcp", [False, True])
async def test_every_datum_comes_in_order_with_its_time(station: Station, over_tcp: bool) -> None:
    stream = make_stream(station.url(), transport=TransportChoice(over_tcp))
    with stream.topic.subscribe(capacity=1_000) as gaze:
        stream.start()
        station.measure()
        async with asyncio.timeout(LIMIT_S):
            received: list[GazeDatum] = [await anext(gaze) for _ in range(100)]
    await stream.stop()
    first = round(received[0].x_px)
    assert [datum.x_px for datum in received] == list(range(first, first + 100))
    sent = station.sent[first : first + 100]
    for datum, sent_ns in zip(received, sent, strict=True):
        assert abs(datum.timestamp_unix_ns - sent_ns) <= RTP_TICK_NS


async def test_the_state_tells_how_far_it_is(station: Station) -> None:
    async with live(station.url()) as (stream, follower):
        await until(lambda: stream.state is StreamState.WAITING)
        station.measure()
        await until(lambda: follower.items)
        assert stream.state is StreamState.RECEIVING
    assert follower.states == [
        StreamState.CONNECTING,
        StreamState.WAITING,
        StreamState.RECEIVING,
        StreamState.IDLE,
    ]


async def test_statistics_count_over_all_sessions(station: Station) -> None:
    station.measure()
    async with live(station.url()) as (stream, follower):
        await until(lambda: len(follower.items) >= 20)
        assert stream.statistics.transport == "udp"
        await station.stop()
        await until(lambda: stream.state is StreamState.RETRYING)
        before = stream.statistics
        assert before.transport is None
        assert before.error
        await station.start()
        await until(lambda: len(follower.items) >= before.items + 20)
        after = stream.statistics
        assert after.packets == after.items == len(follower.items)
    assert (before.sessions, after.sessions) == (1, 2)
    assert after.error is None
    assert after.lost == after.malformed == after.undated == 0
    assert len(follower.sessions) == 2


async def test_a_listener_that_comes_late_is_told_of_the_session_and_can_leave(
    station: Station,
) -> None:
    station.measure()
    async with live(station.url()) as (stream, follower):
        await until(lambda: follower.items)
        late = Follower(stream)
        assert late.sessions == [stream.media]
        leave = stream.listen(gone := Follower(make_stream(None)))
        unobserve = stream.observe(gone.states.append)
        leave()
        leave()
        unobserve()
        unobserve()
        await until(lambda: late.items)
    assert gone.items == gone.states == []


async def test_packets_before_the_first_report_come_with_their_right_time(
    station: Station,
) -> None:
    station.gaze.withholds_reports = True
    station.measure()
    async with live(station.url()) as (stream, follower):
        await until(lambda: stream.statistics.packets >= 20)
        assert follower.items == []
        assert stream.state is StreamState.WAITING
        station.gaze.send_withheld_reports()
        await until(lambda: follower.items)
        assert stream.statistics.undated == 0
    first = round(follower.items[0].x_px)
    for index, datum in enumerate(follower.items):
        assert datum.x_px == first + index
        assert abs(datum.timestamp_unix_ns - station.sent[first + index]) <= RTP_TICK_NS


async def test_a_stream_that_never_tells_its_time_is_opened_again_and_says_why(
    station: Station,
) -> None:
    station.gaze.withholds_reports = True
    station.measure()
    async with live(
        station.url(), kind=QUICK_GAZE, policy=HASTY, transport=TransportChoice(False)
    ) as (stream, follower):
        await until(lambda: stream.statistics.sessions >= 2)
        assert "no report" in str(stream.failure)
        assert stream.statistics.undated > 0
        assert follower.items == []


# UDP and TCP


async def test_where_udp_is_silent_tcp_is_tried_and_remembered_for_all_streams(
    station: Station,
) -> None:
    station.gaze.over_udp = False
    station.measure()
    choice = TransportChoice()
    began_s = time.monotonic()
    async with live(station.url(), kind=QUICK_GAZE, policy=HASTY, transport=choice) as (
        stream,
        follower,
    ):
        await until(lambda: follower.items)
        assert time.monotonic() - began_s >= HASTY.fallback_s
        assert stream.statistics.transport == "tcp"
        assert stream.failure is None
        async with live(station.url(), transport=choice) as (other, others):
            await until(lambda: others.items)
            assert other.statistics.sessions == 1
    assert station.gaze.transports == ["udp", "tcp", "tcp"]


async def test_where_tcp_is_silent_too_nothing_is_concluded(station: Station) -> None:
    station.gaze.over_udp = station.gaze.over_tcp = False
    station.measure()
    choice = TransportChoice()
    async with live(station.url(), kind=QUICK_GAZE, policy=HASTY, transport=choice) as (
        stream,
        follower,
    ):
        await until(lambda: len(station.gaze.transports) >= 3)
        assert station.gaze.transports[:3] == ["udp", "tcp", "udp"]
        assert isinstance(stream.failure, TimeoutError)
        assert not choice.over_tcp
        station.gaze.over_udp = True
        await until(lambda: follower.items)


async def test_what_comes_late_by_tcp_does_not_speak_against_udp(station: Station) -> None:
    choice = TransportChoice()
    policy = replace(HASTY, silence_s=5.0)
    async with live(station.url(), kind=QUICK_GAZE, policy=policy, transport=choice) as (
        _stream,
        follower,
    ):
        await until(lambda: station.gaze.transports == ["udp", "tcp"])
        await passed(2 * HASTY.fallback_s)
        station.measure()
        await until(lambda: follower.items)
    assert not choice.over_tcp


async def test_where_udp_works_for_another_stream_silence_is_not_blamed_on_it(
    station: Station,
) -> None:
    station.measure()
    choice = TransportChoice()
    async with live(station.url(), kind=QUICK_GAZE, policy=HASTY, transport=choice) as (
        _,
        follower,
    ):
        await until(lambda: follower.items)
        imu = station.streams["imu"]
        async with live(station.url("imu"), kind=QUICK_GAZE, policy=HASTY, transport=choice) as (
            _stream,
            _,
        ):
            began_s = time.monotonic()
            await until(lambda: len(imu.transports) >= 2)
            assert time.monotonic() - began_s >= HASTY.silence_s
    assert imu.transports[:2] == ["udp", "tcp"]


async def test_a_device_that_knows_no_udp_is_asked_for_tcp_at_once(station: Station) -> None:
    station.only_tcp = True
    station.measure()
    async with live(station.url()) as (stream, follower):
        await until(lambda: follower.items)
        assert stream.statistics.transport == "tcp"
        assert stream.failure is None


@pytest.mark.parametrize("over_tcp", [False, True])
async def test_what_the_user_has_chosen_is_not_changed(station: Station, over_tcp: bool) -> None:
    station.gaze.over_udp = station.gaze.over_tcp = False
    async with live(
        station.url(), kind=QUICK_GAZE, policy=HASTY, transport=TransportChoice(over_tcp)
    ):
        await until(lambda: len(station.gaze.transports) >= 3)
    assert set(station.gaze.transports) == {"tcp" if over_tcp else "udp"}


# What goes wrong, and comes right again


async def test_a_device_that_is_gone_is_tried_with_pauses_until_it_is_back(
    station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    station.measure()
    async with live(station.url()) as (stream, follower):
        await until(lambda: follower.items)
        await station.stop()
        await until(lambda: follower.states.count(StreamState.RETRYING) >= 5)
        assert isinstance(stream.failure, NetworkError)
        assert stream.statistics.error == str(stream.failure)
        assert "127.0.0.1" in str(stream.failure)
        count = len(follower.items)
        await station.start()
        await until(lambda: len(follower.items) > count)
        assert stream.failure is None
        assert stream.state is StreamState.RECEIVING
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
    # That it was lost, and that it cannot be had: each once, not at each try.
    assert len(warnings) <= 2


async def test_tries_are_as_far_apart_as_the_policy_says(station: Station) -> None:
    url = station.url()
    await station.stop()
    policy = replace(PATIENT, first_retry_s=0.05, longest_retry_s=0.1)
    times: list[float] = []
    stream = make_stream(url, policy=policy)
    stream.observe(
        lambda state: times.append(time.monotonic()) if state is StreamState.CONNECTING else None
    )
    stream.start()
    await until(lambda: len(times) >= 5)
    await stream.stop()
    pauses = [after - before for before, after in itertools.pairwise(times)]
    assert pauses[0] >= 0.05
    assert min(pauses[1:]) >= 0.1


async def test_an_observer_that_finds_another_address_does_not_make_it_hasty() -> None:
    """Two wrong addresses, tried in turns."""
    async with Station() as one, Station() as two:
        urls = [one.url(), two.url()]
    address = StreamAddress(urls[0])
    policy = replace(PATIENT, first_retry_s=0.05, longest_retry_s=0.1)
    stream = make_stream(address, policy=policy)
    times: list[float] = []

    def look(state: StreamState) -> None:
        if state is StreamState.RETRYING:
            times.append(time.monotonic())
            address.update(urls[len(times) % 2])

    stream.observe(look)
    stream.start()
    await until(lambda: len(times) >= 4)
    await stream.stop()
    assert times[-1] - times[0] >= 0.05 + 0.1 + 0.1


async def test_a_stream_that_fails_at_once_after_each_opening_is_not_opened_ever_faster(
    station: Station,
) -> None:
    async with ScriptedDevice() as device:
        device.answers["PLAY"] = refusal(500, "Encoder stuck")
        async with live(device.url) as (stream, follower):
            await until(lambda: device.asked.count("PLAY") >= 3)
            assert isinstance(stream.failure, DeviceRefusedError)
            assert stream.failure.status == 500
            assert stream.statistics.sessions == 0
            assert StreamState.WAITING not in follower.states


async def test_another_address_is_followed_at_once(station: Station) -> None:
    station.measure()
    async with Station() as other:
        other.measure()
        address = StreamAddress(station.url())
        async with live(address) as (stream, follower):
            await until(lambda: follower.items)
            address.update(other.url())
            await until(lambda: other.gaze.has_receivers and len(follower.sessions) == 2)
            await until(lambda: not station.gaze.has_receivers)
            assert StreamState.RETRYING not in follower.states
            assert stream.failure is None


async def test_a_sensor_that_is_unplugged_is_waited_for(station: Station) -> None:
    station.measure()
    address = StreamAddress()
    async with live(address) as (stream, follower):
        await until(lambda: stream.state is StreamState.UNAVAILABLE)
        address.update(station.url())
        await until(lambda: follower.items)
        address.update(None)
        await until(lambda: stream.state is StreamState.UNAVAILABLE)
        await until(lambda: not station.gaze.has_receivers)
        count = len(follower.items)
        address.update(station.url())
        await until(lambda: len(follower.items) > count)
        assert stream.failure is None


async def test_a_sensor_unplugged_while_it_is_being_asked_for_is_not_waited_for() -> None:
    async with ScriptedDevice() as device:
        device.answers["DESCRIBE"] = lambda headers: None
        address = StreamAddress(device.url)
        async with live(address, policy=replace(PATIENT, answer_timeout_s=60)) as (stream, _):
            await until(lambda: "DESCRIBE" in device.asked)
            address.update(None)
            await until(lambda: stream.state is StreamState.UNAVAILABLE)


async def test_a_device_that_lets_us_wait_is_given_the_time_it_needs(station: Station) -> None:
    station.describes_after_s = 0.5
    station.measure()
    async with live(station.url(), policy=replace(PATIENT, answer_timeout_s=0.2)) as (
        stream,
        follower,
    ):
        await until(lambda: isinstance(stream.failure, TimeoutError))
        await until(lambda: follower.items)


async def test_a_device_that_has_lost_its_power_is_found_out_before_the_silence_is_too_long() -> (
    None
):
    policy = replace(HASTY, silence_s=60, answer_timeout_s=0.2, longest_answer_s=0.2)
    async with (
        ScriptedDevice() as device,
        live(device.url, kind=QUICK_GAZE, policy=policy, transport=TransportChoice(False)) as (
            stream,
            follower,
        ),
    ):
        await until(lambda: device.asked.count("OPTIONS") >= 3)
        assert stream.state is StreamState.WAITING, "it answers, so it is there"
        device.answers["OPTIONS"] = lambda headers: None
        await until(lambda: StreamState.RETRYING in follower.states)
        assert isinstance(stream.failure, TimeoutError)


async def test_a_pause_is_visible_and_ends_with_the_next_packet(station: Station) -> None:
    station.measure()
    policy = replace(HASTY, silence_s=60)
    async with live(station.url(), kind=QUICK_GAZE, policy=policy) as (stream, _follower):
        await until(lambda: stream.state is StreamState.RECEIVING)
        await station.rest()
        await until(lambda: stream.state is StreamState.WAITING)
        station.measure()
        await until(lambda: stream.state is StreamState.RECEIVING)
        assert stream.statistics.sessions == 1
        assert stream.failure is None


async def test_eye_events_may_be_far_apart(station: Station) -> None:
    station.measure()
    events = station.streams["eye_events"]
    async with live(station.url("eye_events"), kind=EYE_EVENTS, policy=HASTY) as (stream, _):
        events.send(bytes.fromhex("00000005"), station.clock.unix_ns())
        await until(lambda: stream.state is StreamState.WAITING)
        await passed(2 * HASTY.fallback_s)
        assert events.transports == ["udp"]


async def test_a_fault_of_ours_is_logged_and_not_the_end(
    station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    makes = iter([ZeroDivisionError, None])

    def receiver(**arguments: Any) -> Any:
        if (error := next(makes, None)) is not None:
            raise error
        return GAZE.receiver(**arguments)

    station.measure()
    async with live(station.url(), kind=replace(GAZE, receiver=receiver)) as (_stream, follower):
        await until(lambda: follower.items)
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.exc_info is not None


# Streams that are opened once


async def ended(url: str, **options: Any) -> Exception:
    """Receive a stream that is not kept alive, and return why it ended."""
    options.setdefault("policy", HASTY)
    options.setdefault("kind", QUICK_GAZE)
    stream = make_stream(url, keep_alive=False, **options)
    follower = Follower(stream)
    with stream.topic.subscribe(capacity=10) as gaze:
        stream.start()
        async with asyncio.timeout(LIMIT_S):
            async for _ in gaze:
                pass
    assert stream.has_ended
    assert follower.ended == 1
    assert follower.states[-1] is StreamState.IDLE
    assert stream.failure is not None
    await stream.stop()
    return stream.failure


async def test_a_refusal_is_the_end(station: Station) -> None:
    station.refuses = DeviceRefusedError(404, "No such stream")
    failure = await ended(station.url())
    assert isinstance(failure, DeviceRefusedError)
    assert failure.status == 404


async def test_nobody_there_is_the_end(station: Station) -> None:
    await station.stop()
    assert isinstance(await ended(station.url()), NetworkError)


async def test_silence_is_the_end(station: Station) -> None:
    failure = await ended(station.url())
    assert isinstance(failure, TimeoutError)
    assert station.gaze.transports == ["udp", "tcp"]


async def test_a_device_that_goes_away_is_the_end(station: Station) -> None:
    station.measure()

    async def leave() -> None:
        await until(lambda: station.gaze.has_receivers)
        await station.stop()

    async with asyncio.TaskGroup() as group:
        ending = group.create_task(ended(station.url(), policy=PATIENT))
        group.create_task(leave())
    assert isinstance(ending.result(), ConnectionLostError)


async def test_what_makes_no_sense_is_the_end() -> None:
    async with ScriptedDevice() as device:
        device.answers["DESCRIBE"] = lambda headers: ok(headers, body="<html>")
        assert isinstance(await ended(device.url), RemoteProtocolError)


async def test_another_protocol_is_the_end() -> None:
    async with ScriptedDevice() as device:
        device.answers["OPTIONS"] = lambda headers: b"HTTP/1.1 400 Bad Request\r\n\r\n<html>"
        failure = await ended(device.url, policy=replace(HASTY, answer_timeout_s=0.2))
        assert isinstance(failure, TimeoutError)


async def test_another_kind_of_stream_is_the_end(station: Station) -> None:
    failure = await ended(station.url(), kind=replace(GAZE, media="audio"))
    assert isinstance(failure, MissingStreamError)


# Stopping and starting


@asynccontextmanager
async def unanswered() -> AsyncIterator[str]:
    """A port that takes connections and says nothing."""
    async with ScriptedDevice() as device:
        device.answers["OPTIONS"] = lambda headers: None
        yield device.url


@pytest.mark.parametrize("state", ["connecting", "waiting", "receiving", "retrying", "unavailable"])
async def test_stopping_is_quick_in_every_state_and_leaves_nothing(
    station: Station, leaving_nothing: Callable[..., Any], state: str
) -> None:
    async with unanswered() as silent_url, leaving_nothing():
        url: str | None = station.url()
        match state:
            case "connecting":
                url = silent_url
            case "receiving":
                station.measure()
            case "retrying":
                url = station.url("nonsense")
            case "unavailable":
                url = None
        stream = make_stream(url, policy=replace(PATIENT, first_retry_s=30, longest_retry_s=30))
        stream.start()
        await until(lambda: stream.state == state)
        began_s = time.monotonic()
        await stream.stop()
        assert time.monotonic() - began_s < 1
        assert stream.state is StreamState.IDLE
        assert not stream.is_started
        await station.rest()


async def test_a_device_that_ignores_the_goodbye_is_not_waited_for(
    leaving_nothing: Callable[..., Any],
) -> None:
    async with ScriptedDevice() as device:
        device.answers["TEARDOWN"] = lambda headers: None
        async with leaving_nothing():
            stream = make_stream(device.url)
            stream.start()
            await until(lambda: stream.state is StreamState.WAITING)
            began_s = time.monotonic()
            await stream.stop()
            assert time.monotonic() - began_s < 1
        assert device.asked[-1] == "TEARDOWN"


async def test_it_can_be_started_again(station: Station) -> None:
    station.measure()
    stream = make_stream(station.url())
    follower = Follower(stream)
    for count in range(1, 4):
        before = len(follower.items)
        stream.start()
        stream.start()
        await until(lambda before=before: len(follower.items) > before)
        assert stream.statistics.sessions == count
        await stream.stop()
        await stream.stop()


async def test_the_last_word_counts_where_one_stops_and_starts_at_the_same_time(
    station: Station,
) -> None:
    station.measure()
    stream = make_stream(station.url())
    follower = Follower(stream)
    stream.start()
    await until(lambda: follower.items)
    stopping = [asyncio.create_task(stream.stop()) for _ in range(2)]
    await asyncio.sleep(0)
    stream.start()
    async with asyncio.timeout(LIMIT_S):
        await asyncio.gather(*stopping)
    assert stream.is_started
    count = len(follower.items)
    await until(lambda: len(follower.items) > count)
    await stream.stop()
    assert stream.state is StreamState.IDLE


async def test_who_stops_what_somebody_else_is_stopping_waits_for_the_end_as_well(
    station: Station,
) -> None:
    async with ScriptedDevice() as device:
        device.answers["TEARDOWN"] = lambda headers: None
        stream = make_stream(device.url)
        stream.start()
        await until(lambda: stream.state is StreamState.WAITING)
        first = asyncio.create_task(stream.stop())
        await asyncio.sleep(0)
        await stream.stop()
        assert stream.state is StreamState.IDLE
        await first


async def test_stopping_before_anything_has_begun_does_no_harm(station: Station) -> None:
    stream = make_stream(station.url())
    await stream.stop()
    stream.start()
    await stream.stop()
    assert station.gaze.transports == []
