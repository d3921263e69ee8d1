"""The incumbent's settings of the whole program, as its command line takes them: JSON text."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec.structs import replace

from gazewire.media import VideoCodec
from gazewire.multicam.config import CamerasConfig, ConfigError
from gazewire.multicam.tables import Speed

__all__ = ["apply_application_config"]


class _Ffmpeg(msgspec.Struct, kw_only=True):
    crf: Annotated[int, msgspec.Meta(ge=1, le=51)] | None = None
    encoding_speed: Speed | None = None
    compression_standard: Literal["h264", "h265"] | None = None


class _Server(msgspec.Struct, kw_only=True):
    put_rate: Annotated[float, msgspec.Meta(gt=0)] | None = None
    pull_rate: Annotated[float, msgspec.Meta(gt=0)] | None = None


class _Paths(msgspec.Struct, kw_only=True):
    data_dir: str | None = None


class _Application(msgspec.Struct, kw_only=True):
    """What has a meaning here; sections about its windows have none, and are passed over."""

    ffmpeg_config: _Ffmpeg = msgspec.field(default_factory=_Ffmpeg)
    server_config: _Server = msgspec.field(default_factory=_Server)
    socket_config: _Server | None = None
    paths_config: _Paths = msgspec.field(default_factory=_Paths)


def apply_application_config(config: CamerasConfig, text: str) -> CamerasConfig:
    """Apply such settings, which go before those of the file.

    Raises:
        ConfigError: the text is something else.
    """
    try:
        said = msgspec.json.decode(text.encode(), type=_Application)
    except msgspec.MsgspecError as error:
        raise ConfigError(f"--application-config takes JSON text: {error}") from error
    ffmpeg, server = said.ffmpeg_config, said.socket_config or said.server_config
    encoding = replace(
        config.encoding,
        quality=ffmpeg.crf or config.encoding.quality,
        speed=ffmpeg.encoding_speed or config.encoding.speed,
        codec=VideoCodec(ffmpeg.compression_standard or config.encoding.codec),
    )
    folder = said.paths_config.data_dir or config.recording.folder
    return replace(
        config,
        encoding=encoding,
        recording=replace(config.recording, folder=folder),
        put_rate=server.put_rate or config.put_rate,
        pull_rate=server.pull_rate or config.pull_rate,
    )
