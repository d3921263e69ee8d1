from __future__ import annotations

import pytest

from gazewire.media import VideoCodec
from gazewire.multicam import CameraConfig, CamerasConfig, ConfigError
from gazewire.multicam.application_config import apply_application_config

CONFIG = CamerasConfig(cameras=[CameraConfig(name="a")])


def test_what_the_incumbent_has_goes_before_the_file() -> None:
    text = """{
      "gui_config": {"camera_update_rate": 20},
      "ffmpeg_config": {"crf": 30, "encoding_speed": "slow", "compression_standard": "h265"},
      "server_config": {"put_rate": 5, "server_buffer_size": 10},
      "paths_config": {"data_dir": "there", "icons_dir": "icons"}
    }"""
    applied = apply_application_config(CONFIG, text)
    encoding = applied.encoding
    assert (encoding.quality, encoding.speed, encoding.codec) == (30, "slow", VideoCodec.H265)
    assert applied.recording.folder == "there"
    assert applied.rates_of(applied.cameras[0]) == (5.0, 10.0)


def test_what_is_left_out_stays() -> None:
    assert apply_application_config(CONFIG, "{}") == CONFIG


@pytest.mark.parametrize("text", ["", "config.json", '{"ffmpeg_config": {"crf": 99}}', "[]"])
def test_other_text_is_told(text: str) -> None:
    with pytest.raises(ConfigError, match="--application-config takes JSON text"):
        apply_application_config(CONFIG, text)
