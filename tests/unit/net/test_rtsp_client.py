from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from loopback.script import ScriptedDevice, interleaved, ok, refusal
from loopback.station import LIMIT_S, Station

from gazewire.errors import (
    ConnectionLostError,
    DeviceRefusedError,
    LocalProtocolError,
    NetworkError,
    RemoteProtocolError,
)
from gazewire.net import RtspClient
from gazewire.time import SystemClock
from gazewire.wire.rtp import RtpPacket
from gazewire.wire.sdp import MediaDescription

RTP = bytes.fromhex("806300071234583ade53742a444403fe44065cf5ff")
SR = bytes.fromhex("80c80006de53742aeba2522c5ba138ca123456780000006400000384")


class Sink:
    """Notes what comes, in order."""

    def __init__(self) -> None:
        self.came: list[tuple[str, bytes]] = []

    def receive_rtp(self, datagrams: list[bytes], now_ns: int) -> None:
        self.came += [("rtp", datagram) for datagram in datagrams]

    def receive_rtcp(self, datagrams: list[bytes], now_ns: int) -> None:
        self.came += [("rtcp", datagram) for datagram in datagrams]

    @property
    def payloads(self) -> list[bytes]:
        return [RtpPacket.parse(data).payload for kind, data in self.came if kind == "rtp"]


def make_client(url: str, **options: Any) -> RtspClient:
    options.setdefault("answer_timeout_s", LIMIT_S)
    return RtspClient(url, SystemClock(), **options)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not condition():  # noqa: ASYNC110  # the network brings it
            await asyncio.sleep(0.001)


async def media_of(client: RtspClient) -> MediaDescription:
    return (await client.describe()).media[0]


@pytest.fixture
async def station() -> AsyncIterator[Station]:
    async with Station() as station:
        yield station


@pytest.fixture
async def device() -> AsyncIterator[ScriptedDevice]:
    async with ScriptedDevice() as device:
        yield device


@asynccontextmanager
async def playing(
    url: str, *, over_tcp: bool, **options: Any
) -> AsyncIterator[tuple[RtspClient, Sink]]:
    sink = Sink()
    async with make_client(url, **options) as client:
        await client.set_up(await media_of(client), sink, over_tcp=over_tcp)
        await client.play()
        yield client, sink


# As it should be


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("over_tcp", [False, True])
async def test_packets_come_after_the_report_by_either_way(host: str, over_tcp: bool) -> None:
    try:
        station = await Station(host).__aenter__()
    except OSError:
        pytest.skip(f"no {host} on this machine")
    try:
        async with playing(station.url(), over_tcp=over_tcp) as (_, sink):
            await until(lambda: sink.came)
            assert sink.came[0][0] == "rtcp"
            station.measure()
            await until(lambda: len(sink.payloads) >= 10)
    finally:
        await station.__aexit__(None, None, None)


async def test_leaving_says_goodbye_and_leaves_nothing(
    station: Station, leaving_nothing: Callable[..., Any]
) -> None:
    async with leaving_nothing():
        for over_tcp in (False, True):
            async with playing(station.url(), over_tcp=over_tcp):
                assert station.gaze.has_receivers
            assert not station.gaze.has_receivers
        # The server's end of the connection.
        await until(lambda: len(asyncio.all_tasks()) == 1)


@pytest.mark.parametrize("scheme", ["rtsp", "rtspt", "RTSP"])
async def test_a_device_is_asked_by_the_usual_scheme(device: ScriptedDevice, scheme: str) -> None:
    async with playing(device.url.replace("rtsp", scheme, 1), over_tcp=True):
        pass
    assert device.asked == ["OPTIONS", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN"]


async def test_a_device_that_refuses_options_is_asked_all_the_same(device: ScriptedDevice) -> None:
    device.answers["OPTIONS"] = refusal(405)
    async with playing(device.url, over_tcp=True) as (client, _):
        await client.probe()
    assert device.asked.count("OPTIONS") == 2


async def test_encryption_is_by_the_context_that_is_given(
    station: Station, tmp_path: Path, leaving_nothing: Callable[..., Any]
) -> None:
    server_tls, client_tls = _certificates(tmp_path)

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind, before = await asyncio.open_connection("127.0.0.1", station.port)
        await asyncio.gather(_copy(reader, before), _copy(behind, writer))

    async with await asyncio.start_server(pass_on, "127.0.0.1", 0, ssl=server_tls) as server:
        port = server.sockets[0].getsockname()[1]
        url = f"rtsps://127.0.0.1:{port}/?camera=gaze"
        async with playing(url, over_tcp=True, tls=client_tls) as (_, sink):
            station.measure()
            await until(lambda: len(sink.payloads) >= 10)
        with pytest.raises(NetworkError, match="certificate"):
            # By itself it trusts nobody whom the machine does not trust.
            async with make_client(url):
                pass
        await station.rest()
        await until(lambda: not station.gaze.has_receivers)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
    except OSError:
        pass
    finally:
        writer.close()


def _certificates(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1"
    options = ["-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"]
    try:
        subprocess.run(
            [*command.split(), *options, "-keyout", key, "-out", certificate],
            check=True,
            capture_output=True,
            timeout=LIMIT_S,
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no openssl to make a certificate with")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    return server, ssl.create_default_context(cafile=certificate)


# What cannot be had


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "rtsp://", "rtsp://a:99999/", "", "gaze"])
def test_a_url_that_is_none_is_the_callers_mistake(url: str) -> None:
    with pytest.raises(LocalProtocolError):
        make_client(url)


@pytest.mark.parametrize("host", ["a..b", "x" * 80])
async def test_a_host_name_that_cannot_be_is_an_error_of_ours(host: str) -> None:
    with pytest.raises(NetworkError, match="cannot connect"):
        async with make_client(f"rtsp://{host}:8086/"):
            pass


async def test_nobody_there_is_told_with_the_address(station: Station) -> None:
    url = station.url()
    await station.stop()
    with pytest.raises(NetworkError, match=rf"127\.0\.0\.1:{station.port}"):
        async with make_client(url):
            pass


async def test_connecting_and_each_answer_have_time_limits(device: ScriptedDevice) -> None:
    device.answers["DESCRIBE"] = lambda headers: None
    async with make_client(device.url, answer_timeout_s=0.1) as client:
        with pytest.raises(TimeoutError, match=r"in 0\.1 s"):
            await client.describe()
    # Nothing that encrypts is there.
    with pytest.raises(TimeoutError, match=r"in 0\.1 s"):
        async with make_client(device.url.replace("rtsp", "rtsps", 1), connect_timeout_s=0.1):
            pass


@pytest.mark.parametrize("method", ["DESCRIBE", "SETUP", "PLAY"])
async def test_a_refusal_is_told_with_its_status(device: ScriptedDevice, method: str) -> None:
    device.answers[method] = refusal(500, "Encoder stuck")
    with pytest.raises(DeviceRefusedError, match=f"{method} was refused: 500 Encoder stuck"):
        async with playing(device.url, over_tcp=True):
            pass


@pytest.mark.parametrize("method", ["OPTIONS", "DESCRIBE", "SETUP", "PLAY"])
async def test_a_connection_that_is_closed_in_between_is_lost(
    device: ScriptedDevice, method: str
) -> None:
    def leave(headers: dict[str, str]) -> None:
        device.writers[-1].close()

    device.answers[method] = leave
    with pytest.raises(ConnectionLostError):
        async with playing(device.url, over_tcp=True):
            pass


async def test_waiting_ends_when_the_connection_does(device: ScriptedDevice) -> None:
    async with playing(device.url, over_tcp=True) as (client, _):
        device.writers[-1].transport.abort()
        async with asyncio.timeout(LIMIT_S):
            with pytest.raises(ConnectionLostError):
                await client.wait_lost()
        with pytest.raises(ConnectionLostError):
            await client.probe()


async def test_a_message_cut_short_is_the_devices_fault(device: ScriptedDevice) -> None:
    async with playing(device.url, over_tcp=True) as (client, _):
        device.send(b"RTSP/1.0 200 OK\r\nCSe")
        device.writers[-1].close()
        async with asyncio.timeout(LIMIT_S):
            with pytest.raises((RemoteProtocolError, ConnectionLostError)):
                await client.wait_lost()


@pytest.mark.parametrize(
    "transport", ["RTP/AVP;unicast;client_port=5000-5001", "", "RTP/AVP/TCP;interleaved=3-999"]
)
async def test_an_answer_to_setup_that_cannot_be_is_the_devices_fault(
    device: ScriptedDevice, transport: str
) -> None:
    device.answers["SETUP"] = lambda headers: ok(headers, f"Transport: {transport}", "Session: 7")
    with pytest.raises(RemoteProtocolError):
        async with playing(device.url, over_tcp=True):
            pass


async def test_tcp_in_place_of_udp_is_the_devices_fault(
    device: ScriptedDevice, leaving_nothing: Callable[..., Any]
) -> None:
    device.answers["SETUP"] = lambda headers: ok(headers, "Transport: RTP/AVP/TCP", "Session: 7")
    with pytest.raises(RemoteProtocolError, match="another transport than UDP"):
        async with playing(device.url, over_tcp=False):
            pass


# Inside the connection


@pytest.mark.parametrize("channels", ["0-1", "4-5", "1-0", "1-2", "7-3", None])
async def test_packets_come_by_the_channels_that_the_device_names(
    device: ScriptedDevice, channels: str | None
) -> None:
    named = "" if channels is None else f";interleaved={channels}"
    device.answers["SETUP"] = lambda headers: ok(
        headers, f"Transport: RTP/AVP/TCP{named}", "Session: 7"
    )
    rtp, rtcp = (int(channel) for channel in (channels or "0-1").split("-"))
    async with playing(device.url, over_tcp=True) as (_, sink):
        packet, report = interleaved(rtp, RTP), interleaved(rtcp, SR)
        device.send(packet + packet + report + interleaved(9, b"other") + packet)
        await until(lambda: len(sink.came) == 4)
    assert [kind for kind, _ in sink.came] == ["rtp", "rtp", "rtcp", "rtp"], "as they came"
    assert {data for _, data in sink.came} == {RTP, SR}


@pytest.mark.parametrize("channels", ["0-0", "2-2"])
async def test_two_kinds_on_one_channel_are_the_devices_fault(
    device: ScriptedDevice, channels: str
) -> None:
    device.answers["SETUP"] = lambda headers: ok(
        headers, f"Transport: RTP/AVP/TCP;interleaved={channels}", "Session: 7"
    )
    with pytest.raises(RemoteProtocolError, match="one of the channels"):
        async with playing(device.url, over_tcp=True):
            pass


async def test_two_tracks_have_channels_of_their_own(device: ScriptedDevice) -> None:
    one, two = Sink(), Sink()
    async with make_client(device.url) as client:
        media = await media_of(client)
        await client.set_up(media, one, over_tcp=True)
        await client.set_up(media, two, over_tcp=True)
        device.answers["SETUP"] = lambda headers: ok(
            headers, "Transport: RTP/AVP/TCP;interleaved=0-1", "Session: 7"
        )
        with pytest.raises(RemoteProtocolError, match="one of the channels"):
            await client.set_up(media, Sink(), over_tcp=True)
        await client.play()
        device.send(interleaved(0, RTP) + interleaved(2, RTP) + interleaved(3, SR))
        await until(lambda: one.came and len(two.came) == 2)
    assert one.came == [("rtp", RTP)]
    assert two.came == [("rtp", RTP), ("rtcp", SR)]


async def test_text_between_packets_is_skipped_and_counted(device: ScriptedDevice) -> None:
    async with playing(device.url, over_tcp=True) as (client, sink):
        # An answer to nobody makes sense, this does not.
        device.send(interleaved(0, RTP) + b"RTSP/1.0 400 Bad Request\r\n\r\n" + interleaved(0, RTP))
        await until(lambda: len(sink.came) == 2)
        assert client.foreign_bytes == 0
        device.send(b"some words" + interleaved(0, RTP) + interleaved(0, RTP))
        await until(lambda: len(sink.came) >= 3)
        await client.probe()
        assert client.foreign_bytes >= len(b"some words")


async def test_nothing_is_sent_to_the_device_inside_the_connection(device: ScriptedDevice) -> None:
    async with make_client(device.url) as client:
        track = await client.set_up(await media_of(client), Sink(), over_tcp=True)
        await client.play()
        track.send_rtcp(SR)
        await client.probe()
    assert device.received == b""


# By UDP


@pytest.mark.parametrize(
    "source",
    [
        "source=127.0.0.1",
        "source=::1",
        "source=0.0.0.0",
        "source=phone.invalid",
        "source=224.0.0.1",
    ],
)
async def test_packets_are_taken_from_where_they_can_come_from(
    device: ScriptedDevice, source: str
) -> None:
    """A device that names an address which cannot be its own is heard from where it is."""
    device.answers["SETUP"] = lambda headers: ok(
        headers, f"Transport: {headers['Transport']};source={source}", "Session: 7"
    )
    sink = Sink()
    async with make_client(device.url) as client:
        await client.set_up(await media_of(client), sink, over_tcp=False)
        port = int(device.headers["SETUP"]["Transport"].rpartition("=")[2].split("-")[0])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(RTP, ("127.0.0.1", port))
        await until(lambda: sink.came)


# The end


@pytest.mark.parametrize(
    "answer",
    [refusal(500), lambda headers: None, lambda headers: b"\x00\x01\x02", lambda headers: b"$"],
    ids=["refusal", "silence", "nonsense", "half a frame"],
)
async def test_whatever_a_device_says_to_the_goodbye_leaving_is_quick_and_quiet(
    device: ScriptedDevice, answer: Any, leaving_nothing: Callable[..., Any]
) -> None:
    device.answers["TEARDOWN"] = answer
    async with make_client(device.url) as client:
        await client.set_up(await media_of(client), Sink(), over_tcp=False)
        await client.play()
        began_s = time.monotonic()
    assert time.monotonic() - began_s < 1


async def test_leaving_is_quiet_where_the_device_faults_on_the_goodbye(
    device: ScriptedDevice,
) -> None:
    def fault(headers: dict[str, str]) -> bytes:
        return ok(headers, "Content-Length: 99999999999")

    device.answers["TEARDOWN"] = fault
    async with playing(device.url, over_tcp=True):
        pass


async def test_being_cancelled_while_leaving_closes_everything(
    device: ScriptedDevice, leaving_nothing: Callable[..., Any]
) -> None:
    device.answers["TEARDOWN"] = lambda headers: None
    entered = asyncio.Event()

    async def play() -> None:
        async with playing(device.url, over_tcp=False):
            entered.set()

    async with leaving_nothing():
        task = asyncio.create_task(play())
        await entered.wait()
        await until(lambda: device.asked[-1] == "TEARDOWN")
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()
        await until(lambda: len(asyncio.all_tasks()) == 1)


async def test_being_cancelled_while_connecting_or_asking_leaves_nothing(
    device: ScriptedDevice, leaving_nothing: Callable[..., Any]
) -> None:
    device.answers["DESCRIBE"] = lambda headers: None

    async def ask() -> None:
        async with make_client(device.url) as client:
            await client.describe()

    async with leaving_nothing():
        for wait in (lambda: True, lambda: "DESCRIBE" in device.asked):
            task = asyncio.create_task(ask())
            await asyncio.sleep(0)
            await until(wait)
            task.cancel()
            await asyncio.wait({task})
            assert task.cancelled()
        await until(lambda: len(asyncio.all_tasks()) == 1)


async def test_a_session_that_has_a_time_limit_is_kept_alive(device: ScriptedDevice) -> None:
    device.answers["OPTIONS"] = lambda headers: ok(headers, "Public: OPTIONS, GET_PARAMETER, PLAY")
    device.answers["SETUP"] = lambda headers: ok(
        headers, f"Transport: {headers['Transport']}", "Session: 7;timeout=1"
    )
    async with playing(device.url, over_tcp=True) as (client, _):
        await until(lambda: device.asked.count("GET_PARAMETER") >= 2)
        assert device.headers["GET_PARAMETER"]["Session"].startswith("7")
        # It has forgotten the session; that is no reason to be noisy.
        device.answers["GET_PARAMETER"] = refusal(454)
        await until(lambda: device.asked.count("GET_PARAMETER") >= 3)
        await client.probe()
