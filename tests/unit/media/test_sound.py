from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

av = pytest.importorskip("av", reason="needs the extra [video]")

from gazewire.errors import UnreadableSourceError  # noqa: E402
from gazewire.media import SoundTrack, VideoFile  # noqa: E402

CLICK_S = 0.5
PICTURE_TICKS = 90_000


@pytest.fixture
def render(tmp_path) -> Callable[..., Path]:
    """Write a video of black pictures, with two seconds of sound that has a click in it."""

    def render(
        name: str = "video.mp4",
        *,
        codec: str = "aac",
        rate_hz: int = 44_100,
        layout: str = "mono",
        sound_begins_s: float = 0.0,
        pictures_begin_s: float = 0.0,
        left_out: range = range(0),
    ) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as container:
            video = container.add_stream("libx264", rate=25)
            video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
            video.time_base = video.codec_context.time_base = Fraction(1, PICTURE_TICKS)
            audio = container.add_stream(codec, rate=rate_hz, layout=layout)
            channels = audio.codec_context.layout.nb_channels
            samples = np.zeros((2 * rate_hz, channels), np.int16)
            samples[round((CLICK_S - sound_begins_s) * rate_hz)] = 20_000
            for index in range(50):
                picture = av.VideoFrame(64, 48, "yuv420p")
                picture.pts = round((pictures_begin_s + index / 25) * PICTURE_TICKS)
                picture.time_base = Fraction(1, PICTURE_TICKS)
                container.mux(video.encode(picture))
            for number, begin in enumerate(range(0, 2 * rate_hz, 1024)):
                if number in left_out:
                    continue
                part = samples[begin : begin + 1024].reshape(1, -1)
                frame = av.AudioFrame.from_ndarray(part, format="s16", layout=layout)
                frame.sample_rate = rate_hz
                frame.time_base = Fraction(1, rate_hz)
                frame.pts = round(sound_begins_s * rate_hz) + begin
                container.mux(audio.encode(frame))
            container.mux(video.encode(None))
            container.mux(audio.encode(None))
        return path

    return render


def heard(track: SoundTrack, seconds: float) -> np.ndarray:
    """Read (N, channels) samples."""
    blocks = iter(track.blocks())
    count = round(seconds * track.sample_rate_hz)
    data = bytearray()
    while len(data) < 2 * track.channels * count:
        data += next(blocks)
    return np.frombuffer(bytes(data), "<i2").reshape(-1, track.channels)[:count]


def click_s(track: SoundTrack) -> float:
    return int(np.argmax(heard(track, 2)[:, 0])) / track.sample_rate_hz


@pytest.mark.parametrize(
    ("name", "codec", "rate_hz", "layout"),
    [
        ("a.mp4", "aac", 44_100, "mono"),
        ("b.mp4", "aac", 48_000, "stereo"),
        ("c.mkv", "libopus", 48_000, "mono"),
        ("d.mkv", "pcm_s16le", 8_000, "stereo"),
        ("e.mkv", "flac", 16_000, "mono"),
        ("f.ts", "aac", 44_100, "mono"),
        ("g.mp4", "libmp3lame", 44_100, "mono"),
    ],
)
def test_a_click_is_where_it_is_in_the_file(render, name, codec, rate_hz, layout):
    video = VideoFile(render(name, codec=codec, rate_hz=rate_hz, layout=layout))
    track = video.sound
    assert track is not None
    assert (track.sample_rate_hz, track.channels) == (rate_hz, 1 if layout == "mono" else 2)
    # Matroska counts milliseconds.
    assert click_s(track) == pytest.approx(CLICK_S, abs=0.0011)
    assert track.skipped == 0


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "aac"), ("b.mkv", "pcm_s16le")])
@pytest.mark.parametrize(("sound_begins_s", "pictures_begin_s"), [(0, 0.24), (0.3, 0), (0.3, 0.4)])
def test_time_counts_from_the_first_picture(render, name, codec, sound_begins_s, pictures_begin_s):
    path = render(
        name, codec=codec, sound_begins_s=sound_begins_s, pictures_begin_s=pictures_begin_s
    )
    track = VideoFile(path).sound
    assert track is not None
    assert click_s(track) == pytest.approx(CLICK_S - pictures_begin_s, abs=0.0011)


def test_surround_is_mixed_to_stereo(render):
    track = VideoFile(render("surround.mkv", codec="pcm_s16le", layout="5.1")).sound
    assert track is not None
    assert track.channels == 2
    assert click_s(track) == pytest.approx(CLICK_S, abs=0.001)


def test_after_its_end_there_is_silence_without_end(render):
    track = VideoFile(render()).sound
    assert track is not None
    assert heard(track, 60).shape == (60 * 44_100, 1)
    assert not heard(track, 60)[3 * 44_100 :].any()


def test_a_hole_is_silence_and_moves_nothing(render):
    track = VideoFile(render("hole.mkv", codec="pcm_s16le", left_out=range(3, 12))).sound
    assert track is not None
    assert click_s(track) == pytest.approx(CLICK_S, abs=0.0011)


def test_a_video_without_sound_says_so(render_video):
    assert VideoFile(render_video([0, 3000, 6000])).sound is None


def test_sound_that_cannot_be_decoded_is_none_and_the_pictures_remain(render):
    path = render()
    corrupt(path, slice(None))
    video = VideoFile(path)
    assert video.sound is None
    assert next(video.frames())


def test_a_corrupt_packet_is_skipped_and_moves_nothing(render):
    path = render()
    corrupt(path, slice(40, 41))
    track = VideoFile(path).sound
    assert track is not None
    assert click_s(track) == pytest.approx(CLICK_S, abs=0.0001)
    assert track.skipped == 1


def corrupt(path: Path, which: slice) -> None:
    """Overwrite packets of the sound."""
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(audio=0) if packet.size]
        places = [(packet.pos, packet.size) for packet in packets[which]]
    with path.open("r+b") as file:
        for position, size in places:
            file.seek(position)
            file.write(b"\xff" * size)


def test_two_readers_do_not_disturb_each_other(render):
    track = VideoFile(render()).sound
    assert track is not None
    pairs = zip(track.blocks(), track.blocks(), strict=True)
    assert all(first == second for first, second in itertools.islice(pairs, 50))


def test_a_file_that_has_gone_is_told(render):
    path = render()
    track = VideoFile(path).sound
    assert track is not None
    path.unlink()
    with pytest.raises(UnreadableSourceError, match="there is no file"):
        next(track.blocks())


def test_real_footage_is_continuous(data_dir):
    path = data_dir / "scene-video" / "invisible_world.mp4"
    track = VideoFile(path).sound
    assert track is not None
    assert (track.sample_rate_hz, track.channels) == (44_100, 1)
    with av.open(str(path)) as container:
        decoded = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    sound = heard(track, len(decoded) / 44_100)[:, 0]
    # Its timestamps jitter by 17 ms; not a sample is lost or doubled for that.
    assert np.abs(sound - np.rint(decoded * 32_768)).max() <= 1
