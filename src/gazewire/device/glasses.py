"""The glasses as the rest of the device sees them: one topic for each stream."""

from __future__ import annotations

from gazewire.camera import Record, StreamTruth
from gazewire.flow import Topic
from gazewire.model import AudioChunk, EyeEvent, Frame, GazeDatum, ImuDatum

__all__ = ["GlassesTopics"]


class GlassesTopics:
    """Hands every record of a source to the readers of its stream.

    Attributes:
        scene: frames of the scene camera.
        eyes: frames of the eye cameras, side by side.
        audio: what the microphone at the scene camera hears.
        gaze: gaze data.
        imu: inertial data.
        eye_events: fixations, saccades, blinks and onsets.
        all: every record, whatever it is, and what its source knows beyond it.
    """

    def __init__(self) -> None:
        self.scene = Topic[Frame]("scene frames")
        self.eyes = Topic[Frame]("eye frames")
        self.audio = Topic[AudioChunk]("audio")
        self.gaze = Topic[GazeDatum]("gaze")
        self.imu = Topic[ImuDatum]("imu")
        self.eye_events = Topic[EyeEvent]("eye events")
        self.all = Topic[Record | StreamTruth]("all streams")

    def publish(self, record: Record | StreamTruth) -> None:
        """Hand on one record, or what is known of one."""
        self.all.publish(record)
        match record:
            case StreamTruth():
                pass
            case Frame(camera="world"):
                self.scene.publish(record)
            case Frame():
                self.eyes.publish(record)
            case AudioChunk():
                self.audio.publish(record)
            case GazeDatum():
                self.gaze.publish(record)
            case ImuDatum():
                self.imu.publish(record)
            case _:
                self.eye_events.publish(record)

    def close(self) -> None:
        """End every stream."""
        for topic in (
            self.scene,
            self.eyes,
            self.audio,
            self.gaze,
            self.imu,
            self.eye_events,
            self.all,
        ):
            topic.close()
