from __future__ import annotations

import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.wire.ipc import (
    Family,
    GazeTopic,
    PupilTopic,
    eye_frame_topic,
    family_of,
    logging_topic,
    surface_topic,
)


@pytest.mark.parametrize(
    ("topic", "family"),
    [
        ("pupil.0.2d", Family.PUPIL),
        ("pupil.1.3d", Family.PUPIL),
        ("gaze.2d.01.", Family.GAZE),
        ("gaze.3d.0.", Family.GAZE),
        ("fixations", Family.FIXATIONS),
        ("blinks", Family.BLINKS),
        ("surfaces.Surface 1", Family.SURFACE),
        ("annotation", Family.ANNOTATION),
        ("frame.world", Family.FRAME),
        ("frame.eye.1", Family.FRAME),
        ("hmd_streaming.world", Family.HMD_STREAMING),
        ("head_pose", Family.HEAD_POSE),
        ("neon_backend.shared_eye_frame.eye0", Family.NEON_EYE_FRAME),
        ("notify.recording.should_start", Family.NOTIFY),
        ("delayed_notify.x", Family.DELAYED_NOTIFY),
        ("remote_notify.x", Family.REMOTE_NOTIFY),
        ("logging.info", Family.LOGGING),
        ("fixation", Family.OTHER),
        ("annotations", Family.OTHER),
        ("pupil", Family.OTHER),
        ("your_custom_topic", Family.OTHER),
        ("", Family.OTHER),
    ],
)
def test_a_topic_belongs_to_the_family_it_begins_with(topic: str, family: Family) -> None:
    assert family_of(topic) is family


@pytest.mark.parametrize(
    ("topic", "parsed"),
    [
        ("pupil.0.2d", PupilTopic(0, "2d")),
        ("pupil.1.3d", PupilTopic(1, "3d")),
        ("pupil.1.my.detector", PupilTopic(1, "my.detector")),
    ],
)
def test_a_pupils_topic_is_read_and_written(topic: str, parsed: PupilTopic) -> None:
    assert PupilTopic.parse(topic) == parsed
    assert str(parsed) == topic


@pytest.mark.parametrize("topic", ["pupil.0", "pupil.0.", "pupil.2.2d", "pupil.01.2d", "gaze.0.2d"])
def test_what_is_no_topic_of_a_pupil_is_refused(topic: str) -> None:
    with pytest.raises(RemoteProtocolError):
        PupilTopic.parse(topic)


@pytest.mark.parametrize("dimension", ["2d", "3d"])
@pytest.mark.parametrize("eyes", ["0", "1", "01"])
def test_a_gaze_topic_ends_with_a_dot(dimension: str, eyes: str) -> None:
    topic = f"gaze.{dimension}.{eyes}."
    assert str(GazeTopic.parse(topic)) == topic


@pytest.mark.parametrize("topic", ["gaze.3d.01", "gaze.3d.10.", "gaze.4d.0.", "gaze", "gaze.3d.."])
def test_what_is_no_topic_of_gaze_is_refused(topic: str) -> None:
    with pytest.raises(RemoteProtocolError):
        GazeTopic.parse(topic)


def test_other_topics_are_written_as_documented() -> None:
    assert eye_frame_topic(0) == "frame.eye.0"
    assert surface_topic("Surface 1") == "surfaces.Surface 1"
    assert logging_topic("WARNING") == "logging.warning"
