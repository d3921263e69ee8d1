"""What a recording may do next: the state machine of the phone, without any file.

Two rules: every legal move stands in `_MOVES`, and nobody here asks the time. The device tells the
session what was asked of it and announces the components that it answers, in order.
"""

from __future__ import annotations

import enum

from gazewire.errors import DeviceRefusedError
from gazewire.model import Recording, RecordingAction

__all__ = ["RecordingSession", "RecordingState"]


class RecordingState(enum.Enum):
    """What became of the newest recording."""

    IDLE = "idle"
    """There was none yet."""

    RECORDING = "recording"
    SAVED = "saved"
    DISCARDED = "discarded"
    FAILED = "failed"


class _Command(enum.Enum):
    START = enum.auto()
    STOP_AND_SAVE = enum.auto()
    CANCEL = enum.auto()
    FAIL = enum.auto()


_Move = tuple[RecordingState, tuple[RecordingAction, ...]]

_AT_REST: dict[_Command, _Move] = {_Command.START: (RecordingState.RECORDING, ("START",))}
_FAIL: _Move = (RecordingState.FAILED, ("ERROR",))

# State and command give the next state and what to announce. What is missing is refused.
_MOVES: dict[RecordingState, dict[_Command, _Move]] = {
    RecordingState.IDLE: _AT_REST,
    RecordingState.RECORDING: {
        _Command.STOP_AND_SAVE: (RecordingState.SAVED, ("STOP", "SAVE")),
        _Command.CANCEL: (RecordingState.DISCARDED, ("STOP", "DISCARD")),
        _Command.FAIL: _FAIL,
    },
    # The files are finished after the stop, and that may fail as well.
    RecordingState.SAVED: _AT_REST | {_Command.FAIL: _FAIL},
    RecordingState.DISCARDED: _AT_REST,
    RecordingState.FAILED: _AT_REST,
}

# The words are ours: those of the phone are not published, and clients only print them.
_REFUSAL_STATUS = 500
_REFUSALS = {
    _Command.START: "Already recording",
    _Command.STOP_AND_SAVE: "Not recording",
    _Command.CANCEL: "Not recording",
    _Command.FAIL: "Not recording",
}


class RecordingSession:
    """The recordings of one device, one after another.

    An illegal move raises and changes nothing::

        session = RecordingSession()
        session.start("e0f5...", now_unix_ns)          # announces START
        session.stop_and_save(later_unix_ns)           # announces STOP, then SAVE
        session.stop_and_save(later_unix_ns)           # DeviceRefusedError: Not recording
    """

    def __init__(self) -> None:
        self._state = RecordingState.IDLE
        self._recording_id = ""
        self._start_unix_ns = 0
        self._end_unix_ns: int | None = None

    @property
    def state(self) -> RecordingState:
        """What became of the newest recording."""
        return self._state

    @property
    def recording_id(self) -> str | None:
        """The recording that goes on, or None."""
        return self._recording_id if self._state is RecordingState.RECORDING else None

    def status(self, now_unix_ns: int) -> Recording | None:
        """Tell of the recording that goes on, its duration measured now; None where none does."""
        if self._state is not RecordingState.RECORDING:
            return None
        return self._component("START", "", now_unix_ns)

    def start(self, recording_id: str, now_unix_ns: int) -> tuple[Recording, ...]:
        """Begin a recording.

        Args:
            recording_id: UUID of the new recording; never used before.
            now_unix_ns: the instant at which it begins.

        Returns:
            What to announce, in order.

        Raises:
            DeviceRefusedError: one goes on already.
        """
        actions = self._move(_Command.START)
        self._recording_id = recording_id
        self._start_unix_ns = now_unix_ns
        self._end_unix_ns = None
        return self._components(actions, "", now_unix_ns)

    def stop_and_save(self, now_unix_ns: int) -> tuple[Recording, ...]:
        """End the recording and keep it.

        Returns:
            What to announce, in order.

        Raises:
            DeviceRefusedError: nothing is recording.
        """
        return self._end(_Command.STOP_AND_SAVE, "", now_unix_ns)

    def cancel(self, now_unix_ns: int) -> tuple[Recording, ...]:
        """End the recording and throw it away.

        Returns:
            What to announce, in order.

        Raises:
            DeviceRefusedError: nothing is recording.
        """
        return self._end(_Command.CANCEL, "", now_unix_ns)

    def fail(self, reason: str, now_unix_ns: int) -> tuple[Recording, ...]:
        """End the recording because it cannot go on, or say that a stopped one was not kept whole.

        Args:
            reason: one sentence for the people at the clients.
            now_unix_ns: the instant at which it ended; a recording that was stopped before keeps
                its duration.

        Returns:
            What to announce, in order.

        Raises:
            DeviceRefusedError: nothing is recording, and nothing was saved last.
        """
        return self._end(_Command.FAIL, reason, now_unix_ns)

    def _end(self, command: _Command, message: str, now_unix_ns: int) -> tuple[Recording, ...]:
        actions = self._move(command)
        if self._end_unix_ns is None:
            self._end_unix_ns = now_unix_ns
        return self._components(actions, message, self._end_unix_ns)

    def _move(self, command: _Command) -> tuple[RecordingAction, ...]:
        move = _MOVES[self._state].get(command)
        if move is None:
            raise DeviceRefusedError(_REFUSAL_STATUS, _REFUSALS[command])
        self._state, actions = move
        return actions

    def _components(
        self, actions: tuple[RecordingAction, ...], message: str, until_unix_ns: int
    ) -> tuple[Recording, ...]:
        return tuple(self._component(action, message, until_unix_ns) for action in actions)

    def _component(self, action: RecordingAction, message: str, until_unix_ns: int) -> Recording:
        return Recording(
            id=self._recording_id,
            action=action,
            message=message,
            rec_duration_ns=max(0, until_unix_ns - self._start_unix_ns),
        )
