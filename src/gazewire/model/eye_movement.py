"""Eye movements that were measured from gaze, in degrees; what devices tell is in `eye_event`."""

from __future__ import annotations

import msgspec

from gazewire.model.pupil import Point2

__all__ = [
    "DetectedBlink",
    "DetectedFixation",
    "DetectedOscillation",
    "DetectedPursuit",
    "DetectedSaccade",
    "EyeMovement",
]

_NS_PER_S = 1_000_000_000


class _Span(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    start_unix_ns: int
    end_unix_ns: int

    @property
    def duration_s(self) -> float:
        """From its start to its end."""
        return (self.end_unix_ns - self.start_unix_ns) / _NS_PER_S

    @property
    def timestamp_unix_ns(self) -> int:
        """Its end, when it could be known at the earliest."""
        return self.end_unix_ns


class DetectedFixation(_Span, frozen=True, kw_only=True, gc=False, tag="fixation"):
    """Gaze rested.

    Attributes:
        start_unix_ns: instant of its first gaze datum.
        end_unix_ns: instant of its last one.
        centroid_deg: mean gaze, degrees to the right and down from the frame's axis.
        dispersion_deg: root mean square of the distances from there.
    """

    centroid_deg: Point2
    dispersion_deg: float


class DetectedSaccade(_Span, frozen=True, kw_only=True, gc=False, tag="saccade"):
    """Gaze jumped.

    Attributes:
        start_unix_ns: instant of the last gaze datum before it.
        end_unix_ns: instant of its last one.
        start_deg: where from, degrees to the right and down from the frame's axis.
        end_deg: where to.
        amplitude_deg: the angle between the two.
        direction_deg: which way, -180 to 180; 0 is to the right, 90 is down.
        peak_velocity_deg_s: greatest speed of the gaze.
        mean_velocity_deg_s: amplitude by duration.
    """

    start_deg: Point2
    end_deg: Point2
    amplitude_deg: float
    direction_deg: float
    peak_velocity_deg_s: float
    mean_velocity_deg_s: float


class DetectedPursuit(_Span, frozen=True, kw_only=True, gc=False, tag="pursuit"):
    """Gaze followed something that moved.

    Attributes:
        start_unix_ns: instant of its first gaze datum.
        end_unix_ns: instant of its last one.
        start_deg: where from, degrees to the right and down from the frame's axis.
        end_deg: where to.
        amplitude_deg: the angle between the two.
        direction_deg: which way on the whole, -180 to 180; 0 is to the right, 90 is down.
        mean_velocity_deg_s: length of its path, as far as it is smooth, by its duration.
    """

    start_deg: Point2
    end_deg: Point2
    amplitude_deg: float
    direction_deg: float
    mean_velocity_deg_s: float


class DetectedOscillation(_Span, frozen=True, kw_only=True, gc=False, tag="oscillation"):
    """Gaze swung after a saccade (a glissade, or post-saccadic oscillation).

    Attributes:
        start_unix_ns: instant of its first gaze datum.
        end_unix_ns: instant of its last one.
        amplitude_deg: farthest that it was from where it ended.
    """

    amplitude_deg: float


class DetectedBlink(_Span, frozen=True, kw_only=True, gc=False, tag="blink"):
    """Lids closed and opened again.

    Attributes:
        start_unix_ns: when the eyes were last seen open.
        end_unix_ns: when they were first seen open again.
        confidence: how far they closed, 0 to 1, by what was seen of them.
    """

    confidence: float


EyeMovement = (
    DetectedFixation | DetectedSaccade | DetectedPursuit | DetectedOscillation | DetectedBlink
)
