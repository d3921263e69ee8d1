from __future__ import annotations

import pytest

pytest.importorskip("av", reason="needs the extra [video]")

from msgspec import structs

from gazewire.errors import UndecodableSourceError
from gazewire.media import CodedFile, FragmentedMp4Writer, H264Decoder, H264Encoder


def test_pictures_come_as_they_were_written(tmp_path, numbered, number_of):
    encoder = H264Encoder(width=64, height=48, rate_hz=30)
    units = [
        encoder.encode(numbered(index, index * 33_000_000), force_keyframe=index % 4 == 0)
        for index in range(10)
    ]
    path = tmp_path / "video.mp4"
    with FragmentedMp4Writer(
        path, width=64, height=48, parameter_sets=encoder.parameter_sets
    ) as video:
        for unit in units:
            video.write(unit)
    coded = CodedFile.look_into(path)
    assert coded is not None
    assert (coded.width, coded.height) == (64, 48)
    assert coded.parameter_sets == encoder.parameter_sets
    assert list(coded.units()) == [structs.replace(unit, timestamp_unix_ns=0) for unit in units]


def test_what_an_encoder_of_another_kind_wrote_can_be_decoded(render_video, number_of):
    coded = CodedFile.look_into(render_video([index * 3000 for index in range(12)]))
    assert coded is not None
    decoder = H264Decoder(parameter_sets=coded.parameter_sets)
    frames = [frame for unit in coded.units() for frame in decoder.decode(unit)]
    frames += decoder.flush()
    assert [number_of(frame) for frame in frames] == list(range(12))


def test_other_orders_and_codings_are_left_to_decoders(render_video):
    reordered = render_video([0, 3000, 6000, 9000, 12000], b_frames=2)
    assert CodedFile.look_into(reordered) is None
    jpeg = render_video([0, 3000], name="b.mp4", codec="mjpeg", pix_fmt="yuvj420p")
    assert CodedFile.look_into(jpeg) is None


def test_file_that_is_no_video_is_told(tmp_path):
    (tmp_path / "x.mp4").write_bytes(b"nothing of the kind")
    with pytest.raises(UndecodableSourceError):
        CodedFile.look_into(tmp_path / "x.mp4")
