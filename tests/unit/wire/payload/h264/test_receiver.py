from pathlib import Path

from gazewire.model import AccessUnit
from gazewire.testing.vectors import load_vector
from gazewire.time import ntp_from_unix_ns
from gazewire.wire.payload.h264 import Depacketizer, Packetizer, VideoReceiver
from gazewire.wire.rtcp import SenderReport
from gazewire.wire.rtp import ReorderWindow, RtpPacket, RtpSender

VECTORS = Path(__file__).parents[4] / "vectors" / "h264"
SPS, PPS, IDR = (load_vector(VECTORS / f"{name}.hex") for name in ("sps", "pps", "idr"))
SLICE = b"\x41\x9a" + bytes(range(30))
FIRST_UNIX_NS = 1_744_294_828_000_000_000
MS = 1_000_000
PICTURE_NS = 40 * MS


class Camera:
    """Sends a key frame and then predicted pictures, 25 a second, in packets of 12 bytes."""

    def __init__(self) -> None:
        self._sender = RtpSender(payload_type=96, clock_hz=90_000, ssrc=5, first_sequence=65_530)
        self._packetizer = Packetizer(12)
        self._timestamp_unix_ns = FIRST_UNIX_NS
        self.report = SenderReport(
            5, *ntp_from_unix_ns(FIRST_UNIX_NS), self._sender.timestamp(FIRST_UNIX_NS), 0, 0
        ).serialize()

    def picture(self, *units: bytes) -> list[bytes]:
        datagrams = self._sender.packets(
            self._packetizer.packetize(units), self._timestamp_unix_ns, marker_on_last=True
        )
        self._timestamp_unix_ns += PICTURE_NS
        return datagrams


def unit(n: int, *nal_units: bytes, is_keyframe: bool = False) -> AccessUnit:
    return AccessUnit(
        timestamp_unix_ns=FIRST_UNIX_NS + n * PICTURE_NS,
        nal_units=nal_units,
        is_keyframe=is_keyframe,
    )


def started(camera: Camera) -> VideoReceiver:
    receiver = VideoReceiver(payload_type=96, clock_hz=90_000)
    receiver.stream.receive_rtcp(camera.report, 0)
    return receiver


def test_pictures_come_out_with_their_time():
    camera = Camera()
    datagrams = [*camera.picture(SPS, PPS, IDR), *camera.picture(SLICE)]
    pictures = started(camera).receive(datagrams, 0)
    assert pictures == [unit(0, SPS, PPS, IDR, is_keyframe=True), unit(1, SLICE)]


def test_a_batch_is_the_same_as_its_datagrams_one_by_one():
    camera = Camera()
    datagrams = [*camera.picture(SPS, PPS, IDR), *camera.picture(SLICE), *camera.picture(SLICE)]
    datagrams[2], datagrams[3] = datagrams[3], datagrams[2]
    alone, together = started(camera), started(camera)
    pictures = [picture for data in datagrams for picture in alone.receive([data], 0)]
    assert together.receive(datagrams, 0) == pictures
    assert len(pictures) == 3
    assert together.stream.statistics.report(7, 0) == alone.stream.statistics.report(7, 0)


def test_a_marker_on_a_packet_out_of_turn_ends_its_picture_all_the_same():
    camera = Camera()
    *before, last_but_one, last = camera.picture(SPS, PPS, IDR)
    receiver = started(camera)
    assert receiver.receive([*before, last], 0) == []
    assert len(receiver.receive([last_but_one], 0)) == 1


def test_a_lost_packet_drops_pictures_until_the_next_keyframe():
    camera = Camera()
    receiver = started(camera)
    assert len(receiver.receive(camera.picture(SPS, PPS, IDR), 0)) == 1
    assert receiver.receive(camera.picture(SLICE)[1:], 0) == []
    release_ns = receiver.stream.window.next_release_ns
    assert release_ns is not None
    assert receiver.release(release_ns) == []
    assert receiver.receive(camera.picture(SLICE), release_ns) == []
    assert len(receiver.receive(camera.picture(IDR), release_ns)) == 1
    assert receiver.depacketizer.dropped_pictures == 2


def test_what_is_held_comes_out_at_the_end():
    camera = Camera()
    first, lost, *rest = camera.picture(SPS, PPS, IDR)
    receiver = started(camera)
    receiver.receive([first, *rest, *camera.picture(SLICE), *camera.picture(IDR)], 0)
    assert receiver.flush() == [unit(2, IDR, is_keyframe=True)]
    assert receiver.stream.window.lost == 1
    assert lost != first


def test_pictures_before_the_first_report_have_no_time_and_are_counted():
    camera = Camera()
    receiver = VideoReceiver(payload_type=96, clock_hz=90_000)
    assert receiver.receive(camera.picture(SPS, PPS, IDR), 0) == []
    assert receiver.untimed == 1
    receiver.stream.receive_rtcp(camera.report, 0)
    assert receiver.receive(camera.picture(SLICE), 0) == [unit(1, SLICE)]


def test_what_cannot_be_read_is_counted_and_the_stream_goes_on():
    camera = Camera()
    receiver = started(camera)
    far = RtpPacket(97, False, 40_000, 0, 9, b"x").serialize()
    assert receiver.receive([b"", bytes(11), bytes(40)], 0) == []
    assert len(receiver.receive(camera.picture(SPS, PPS, IDR), 0)) == 1
    assert receiver.receive([far, *camera.picture(SLICE)], 0) == [unit(1, SLICE)]
    assert receiver.stream.malformed == 3


def test_limits_may_be_chosen():
    window, depacketizer = ReorderWindow(max_packets=0), Depacketizer(max_nal_units=2)
    receiver = VideoReceiver(
        payload_type=96, clock_hz=90_000, window=window, depacketizer=depacketizer
    )
    camera = Camera()
    receiver.stream.receive_rtcp(camera.report, 0)
    assert receiver.receive(camera.picture(SPS, PPS, IDR), 0) == []
    assert depacketizer.malformed_packets == 1
    assert window.next_release_ns is None
