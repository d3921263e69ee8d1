"""Topics of the bus: text that begins with a family's prefix, and is matched by prefix.

A subscription is any beginning of a topic, not a whole word: ``gaze.3d.0`` takes ``gaze.3d.0.`` and
``gaze.3d.01.``. The trailing dot of gaze topics belongs to them.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import Literal, Self

from gazewire.errors import RemoteProtocolError
from gazewire.model import EyeId

__all__ = [
    "ANNOTATION_TOPIC",
    "BLINKS_TOPIC",
    "FIXATIONS_TOPIC",
    "HMD_TOPIC",
    "WORLD_FRAME_TOPIC",
    "Family",
    "GazeTopic",
    "PupilTopic",
    "eye_frame_topic",
    "family_of",
    "logging_topic",
    "surface_topic",
]

FIXATIONS_TOPIC = "fixations"
BLINKS_TOPIC = "blinks"
ANNOTATION_TOPIC = "annotation"
WORLD_FRAME_TOPIC = "frame.world"
HMD_TOPIC = "hmd_streaming.world"
"""Where frames for the scene camera are expected unless the source was told otherwise."""


class Family(enum.Enum):
    """What a topic is about. The value is how such topics begin, or the whole topic."""

    PUPIL = "pupil."
    GAZE = "gaze."
    FIXATIONS = FIXATIONS_TOPIC
    BLINKS = BLINKS_TOPIC
    SURFACE = "surfaces."
    ANNOTATION = ANNOTATION_TOPIC
    FRAME = "frame."
    HMD_STREAMING = "hmd_streaming."
    HEAD_POSE = "head_pose"
    NEON_EYE_FRAME = "neon_backend.shared_eye_frame."
    NOTIFY = "notify."
    DELAYED_NOTIFY = "delayed_notify."
    REMOTE_NOTIFY = "remote_notify."
    LOGGING = "logging."
    OTHER = ""
    """Anything else: the bus is a general one."""


_WORDS = {family.value: family for family in Family if family.value and family.value[-1] != "."}
_PREFIXES = [(family.value, family) for family in Family if family.value[-1:] == "."]


def family_of(topic: str) -> Family:
    """Tell what a topic is about."""
    if family := _WORDS.get(topic):
        return family
    for prefix, family in _PREFIXES:
        if topic.startswith(prefix):
            return family
    return Family.OTHER


@dataclass(frozen=True, slots=True)
class PupilTopic:
    """``pupil.<eye>.<detector>``.

    Attributes:
        eye_id: whose pupil.
        detector: short name of the detector, ``2d`` or ``3d`` of the usual ones.
    """

    eye_id: EyeId
    detector: str

    @classmethod
    def parse(cls, topic: str) -> Self:
        """Read a topic.

        Raises:
            RemoteProtocolError: it is not one of a pupil.
        """
        match = re.fullmatch(r"pupil\.([01])\.(.+)", topic, re.DOTALL)
        if not match:
            raise RemoteProtocolError(f"a pupil's topic is pupil.<0 or 1>.<name>, not {topic!r}")
        return cls(1 if match[1] == "1" else 0, match[2])

    def __str__(self) -> str:
        return f"pupil.{self.eye_id}.{self.detector}"


@dataclass(frozen=True, slots=True)
class GazeTopic:
    """``gaze.<dimension>.<eyes>.``.

    Attributes:
        dimension: of the mapper.
        eyes: ``0``, ``1``, or ``01`` for gaze from both.
    """

    dimension: Literal["2d", "3d"]
    eyes: Literal["0", "1", "01"]

    @classmethod
    def parse(cls, topic: str) -> Self:
        """Read a topic.

        Raises:
            RemoteProtocolError: it is not one of gaze.
        """
        for dimension in ("2d", "3d"):
            for eyes in ("0", "1", "01"):
                if topic == f"gaze.{dimension}.{eyes}.":
                    return cls(dimension, eyes)
        raise RemoteProtocolError(f"a gaze topic is gaze.<2d or 3d>.<0, 1 or 01>., not {topic!r}")

    def __str__(self) -> str:
        return f"gaze.{self.dimension}.{self.eyes}."


def eye_frame_topic(eye_id: EyeId) -> str:
    """``frame.eye.<eye>``."""
    return f"frame.eye.{eye_id}"


def surface_topic(name: str) -> str:
    """``surfaces.<name>``, spaces kept."""
    return f"{Family.SURFACE.value}{name}"


def logging_topic(level_name: str) -> str:
    """``logging.<level>`` in lower case."""
    return f"{Family.LOGGING.value}{level_name.lower()}"
