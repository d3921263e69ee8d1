"""Which cameras there are, and what each of them does: read from a file of TOML.

    put_rate = 10

    [[cameras]]
    name = "left"
    source = "synthetic"
    width = 640
    height = 480
    fps = 60
    publish = ["json", "multipart"]

A file that ends in ``.json`` is the incumbent's ``camera_configs.json``; see `incumbent`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec.structs import replace

from gazewire.errors import GazewireError
from gazewire.multicam.incumbent import cameras_from_incumbent
from gazewire.multicam.tables import (
    EncodingConfig,
    RecordingConfig,
    SetsConfig,
    TriggerConfig,
    ViewConfig,
)
from gazewire.wire.camera import ImageForm

__all__ = ["CameraConfig", "CamerasConfig", "ConfigError", "load_config"]

_Size = Annotated[int, msgspec.Meta(ge=1, le=16_384)]
_Rate = Annotated[float, msgspec.Meta(gt=0, le=10_000)]


class ConfigError(GazewireError):
    """A configuration that cannot be used; the sentence names file, line and key."""


class CameraConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One camera.

    Attributes:
        name: what people call it.
        id: ``SERIAL-BACKEND``, by which messages name it; made from the source where it is empty.
        source: ``synthetic``, ``pylon:SERIAL``, ``genicam:SERIAL``, ``aravis:ADDRESS``,
            ``v4l2:/dev/video0``, ``hmd:ADDRESS`` (of a Core network, for subscribers), or the path
            of a video or of a folder of images.
        serial: of the camera, where the source does not say it.
        cti: path of the GenTL producer of a ``genicam`` source; empty: those of the environment.
        topic: under which the images of a ``hmd`` source come.
        width: pixels in a row; None: as the camera has it, 640 for a synthetic one.
        height: rows; None: as the camera has it, 480 for a synthetic one.
        fps: images a second.
        exposure_us: exposure; None: as the camera has it.
        gain_db: gain; None: as the camera has it.
        left_px: columns of the sensor left of the image.
        top_px: rows of the sensor above the image.
        pixel_format: ``Mono`` or ``Colour``.
        colour: what the forms with one byte a pixel have of it: ``gray``, or the ``mosaic`` that
            clients of the incumbent may expect.
        trigger: ``free``, ``software``, ``external``, or the name of a line.
        gpio: tell the state of the camera's lines with each image.
        downsampling_factor: in recordings, each so many pixels in both directions become one.
        subject: who is seen; begins the names of recordings.
        images: address of images, ``tcp://HOST:PORT``; None: the next free pair of ports.
        boxes: address of commands.
        publish: forms of images; a client that does not say which one it wants gets the first.
        put_rate: most images a second in JSON; None: as the file says for all.
        pull_rate: most changes a second of the boxes shown; None: as the file says for all.
        frame_rate: most images a second in other forms; None: all there are.
        seed: of a synthetic camera.
    """

    name: str = ""
    id: str = ""
    source: str = "synthetic"
    serial: str = ""
    cti: str = ""
    topic: str = "hmd_streaming.world"
    width: _Size | None = None
    height: _Size | None = None
    fps: _Rate = 60.0
    exposure_us: Annotated[float, msgspec.Meta(gt=0)] | None = None
    gain_db: float | None = None
    left_px: Annotated[int, msgspec.Meta(ge=0)] | None = None
    top_px: Annotated[int, msgspec.Meta(ge=0)] | None = None
    pixel_format: Literal["Mono", "Colour"] = "Mono"
    colour: Literal["gray", "mosaic"] = "gray"
    trigger: str = "free"
    gpio: bool = False
    downsampling_factor: Literal[1, 2, 4] = 1
    subject: str = ""
    images: str | None = None
    boxes: str | None = None
    publish: Annotated[tuple[ImageForm, ...], msgspec.Meta(min_length=1)] | ImageForm = (
        ImageForm.JSON,
        ImageForm.MULTIPART,
        ImageForm.SHARED,
        ImageForm.MAP,
    )
    put_rate: _Rate | None = None
    pull_rate: _Rate | None = None
    frame_rate: _Rate | None = None
    seed: int | None = None

    @property
    def forms(self) -> tuple[ImageForm, ...]:
        """What is offered, the default first."""
        return (self.publish,) if isinstance(self.publish, ImageForm) else self.publish


class _Rates(msgspec.Struct, frozen=True, kw_only=True):
    put_rate: _Rate = 10.0
    pull_rate: _Rate = 10.0


class CamerasConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All cameras.

    Attributes:
        cameras: at least one.
        socket_config: rates of sockets, as the incumbent's document calls them.
        server_config: the same, as its program calls them.
        put_rate: images a second that each camera publishes in JSON.
        pull_rate: changes a second of the boxes that are shown.
        box_ttl_s: for so long after a command its boxes are shown.
        recording: where recordings go.
        encoding: how they are coded.
        sets: images of all cameras that belong together; None: none do.
        trigger: what cameras are exposed by that wait for our word.
        view: the page.
    """

    cameras: Annotated[list[CameraConfig], msgspec.Meta(min_length=1)]
    socket_config: _Rates | None = None
    server_config: _Rates | None = None
    put_rate: _Rate | None = None
    pull_rate: _Rate | None = None
    box_ttl_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = 0.5
    recording: RecordingConfig = RecordingConfig()
    encoding: EncodingConfig = EncodingConfig()
    sets: SetsConfig | None = None
    trigger: TriggerConfig = TriggerConfig()
    view: ViewConfig = ViewConfig()

    def rates_of(self, camera: CameraConfig) -> tuple[float, float]:
        """Tell the rates of putting and pulling of a camera: its own, or those of all."""
        for_all = self.socket_config or self.server_config or _Rates()
        put = camera.put_rate or self.put_rate or for_all.put_rate
        return put, camera.pull_rate or self.pull_rate or for_all.pull_rate


def load_config(path: Path) -> CamerasConfig:
    """Read a file.

    Raises:
        ConfigError: it cannot be read, or says what cannot be.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {path}: {error}") from error
    try:
        said: Mapping[str, object] = (
            {"cameras": cameras_from_incumbent(text)}
            if path.suffix.lower() == ".json"
            else tomllib.loads(text)
        )
        config = msgspec.convert(said, CamerasConfig)
    except (tomllib.TOMLDecodeError, ValueError) as error:
        # msgspec's errors are ValueErrors.
        raise ConfigError(f"{path}: {_located(str(error), text)}") from error
    return _named(config, path)


def _named(config: CamerasConfig, path: Path) -> CamerasConfig:
    """Give each camera an id and a name."""
    cameras: list[CameraConfig] = []
    for number, camera in enumerate(config.cameras):
        id = camera.id or _id_of(camera, number)
        if any(id == other.id for other in cameras):
            raise ConfigError(f"{path}: two cameras have the id {id}; give one of them another id")
        seed = number if camera.seed is None else camera.seed
        cameras.append(replace(camera, id=id, name=camera.name or id, seed=seed))
    return replace(config, cameras=cameras)


def _id_of(camera: CameraConfig, number: int) -> str:
    kind, _, rest = camera.source.partition(":")
    match kind:
        case "synthetic" | "pylon" | "genicam" | "aravis":
            return f"{rest or camera.serial or number}-{kind}"
        case "gentl":
            return f"{rest or camera.serial or number}-genicam"
        case "hmd":
            return f"{number}-hmd"
        case "v4l2":
            return f"{Path(rest).name}-opencv"
        case _:
            return f"{Path(camera.source).stem}-file"


def _located(sentence: str, text: str) -> str:
    """Put the line before a sentence of msgspec that names a place such as ``$.cameras[1].fps``."""
    place = re.search(r" - at `\$\.?([^`]*)`", sentence)
    if place is None:
        return sentence
    unknown = re.search(r"unknown field `([^`]*)`", sentence)
    path = place[1] + (f".{unknown[1]}" if unknown else "")
    where = re.match(r"cameras\[(\d+)\]\.?(.*)", path)
    line = _line_of_camera(text, int(where[1]), where[2]) if where else _line_of_key(text, path)
    told = sentence[: place.start()]
    return f"{line}{path or 'the file'}: {told}"


def _line_of_camera(text: str, number: int, key: str) -> str:
    headers = [match.start() for match in re.finditer(r"^\s*\[\[cameras\]\]", text, re.MULTILINE)]
    if number >= len(headers):
        return ""
    start = headers[number]
    name = re.split(r"[.\[]", key)[0]
    found = re.compile(rf"^\s*{re.escape(name)}\s*=", re.MULTILINE).search(text, start)
    end = headers[number + 1] if number + 1 < len(headers) else len(text)
    at = found.end() if name and found is not None and found.start() < end else start + 1
    return f"line {text.count(chr(10), 0, at) + 1}, "


def _line_of_key(text: str, path: str) -> str:
    name = re.split(r"[.\[]", path)[-1]
    found = re.search(rf"^\s*\[?{re.escape(name)}\s*[=\]]", text, re.MULTILINE) if name else None
    return "" if found is None else f"line {text.count(chr(10), 0, found.end()) + 1}, "
