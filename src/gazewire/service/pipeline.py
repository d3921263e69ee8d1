"""Pupils in; gaze, fixations and blinks out, within the millisecond."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from gazewire.errors import RemoteProtocolError
from gazewire.model import (
    BlinkResponse,
    DispersionFixation,
    EyeId,
    MappedGaze,
    PupilDatum,
)
from gazewire.service.gaze_mapper import (
    BlinkDetector,
    FixationDetector,
    GazeMapper,
    NoMapper,
    NoMovement,
)
from gazewire.service.outlet import Outlet
from gazewire.time import TimeBase
from gazewire.wire.ipc import (
    Message,
    WireBlink,
    WireFixation,
    WireGaze,
    decode_pupil,
    wire_gaze,
)

__all__ = ["Pass", "Pipeline", "Published", "Told"]

_LOG = logging.getLogger(__name__)

Published = WireGaze | WireFixation | WireBlink
"""What follows from pupils, as it goes out."""


Told = MappedGaze | DispersionFixation | BlinkResponse
"""What follows from pupils, as it is known."""


@dataclass(slots=True)
class Pass:
    """What one pupil brought, or somebody who measures by other means.

    Attributes:
        message: the pupil as it came; None where there was none.
        pupil: the same, read.
        gaze: what became known.
        fixations: the same.
        blinks: the same.
        published: what went out because of it, in order.
    """

    message: Message | None = None
    pupil: PupilDatum | None = None
    gaze: list[MappedGaze] = field(default_factory=list)
    fixations: list[DispersionFixation] = field(default_factory=list)
    blinks: list[BlinkResponse] = field(default_factory=list)
    published: list[tuple[str, Published]] = field(default_factory=list)


class Pipeline:
    """Computes what follows from pupils, by parts that can be exchanged while it runs.

    Attributes:
        mapper: computes gaze.
        fixations: finds fixations; None where nobody wants them.
        blinks: finds blinks; the same.
        listeners: are told of every pupil when it has been taken, and of what others measure.

    Args:
        outlet: where it publishes.
        timebase: by which times are read and told.
        running: tells which eyes run.
    """

    def __init__(
        self, outlet: Outlet, timebase: TimeBase, running: Callable[[], frozenset[EyeId]]
    ) -> None:
        self.mapper: GazeMapper = NoMapper()
        self.fixations: FixationDetector | None = NoMovement()
        self.blinks: BlinkDetector | None = NoMovement()
        self.listeners: list[Callable[[Pass], None]] = []
        self._outlet = outlet
        self._timebase = timebase
        self._running = running
        self._malformed: set[str] = set()

    def take(self, message: Message) -> Pass | None:
        """Take a pupil from the bus; None where it cannot be read, which is logged once a topic."""
        try:
            pupil = decode_pupil(message).datum(self._timebase)
        except RemoteProtocolError as error:
            if message.topic not in self._malformed and len(self._malformed) < 100:
                self._malformed.add(message.topic)
                _LOG.warning("a pupil is dropped, and more like it will be: %s", error)
            return None
        done = Pass(message, pupil)
        try:
            for gaze in self._gaze(pupil):
                self._put_gaze(done, gaze)
            if self.blinks is not None and "2d" in pupil.method:
                for blink in self.blinks.blinks(pupil):
                    self._put_blink(done, blink)
        except Exception:
            # A mapper that fails for one pupil must not end the service.
            _LOG.exception("no gaze for a pupil of eye %d", pupil.eye_id)
        self._tell_listeners(done)
        return done

    def tell(self, told: Iterable[Told]) -> Pass:
        """Take what somebody else has measured, as if it were mapped here."""
        done = Pass()
        for one in told:
            match one:
                case MappedGaze():
                    self._put_gaze(done, one)
                case DispersionFixation():
                    self._put_fixation(done, one)
                case BlinkResponse():
                    self._put_blink(done, one)
        self._tell_listeners(done)
        return done

    def _gaze(self, pupil: PupilDatum) -> Sequence[MappedGaze]:
        if self.mapper.mode not in pupil.method:
            return ()
        return self.mapper.map(pupil, self._running())

    def _put_gaze(self, done: Pass, gaze: MappedGaze) -> None:
        done.gaze.append(gaze)
        topic = self._publish(done, "gaze", wire_gaze(gaze, self._timebase))
        if self.fixations is not None:
            for fixation in self.fixations.fixations(gaze, topic):
                self._put_fixation(done, fixation)

    def _put_fixation(self, done: Pass, fixation: DispersionFixation) -> None:
        done.fixations.append(fixation)
        self._publish(done, "fixations", WireFixation.from_fixation(fixation, self._timebase))

    def _put_blink(self, done: Pass, blink: BlinkResponse) -> None:
        done.blinks.append(blink)
        self._publish(done, "blinks", WireBlink.from_response(blink, self._timebase))

    def _tell_listeners(self, done: Pass) -> None:
        for listener in tuple(self.listeners):
            listener(done)

    def _publish(self, done: Pass, kind: str, wire: Published) -> str:
        self._outlet.publish(Message.from_struct(wire.topic, wire))
        done.published.append((kind, wire))
        return wire.topic
