"""Why a phone does not start a recording, or does not save one yet."""

from __future__ import annotations

import enum
from collections.abc import Set

from gazewire.device.state import DeviceState
from gazewire.device.templates import Questionnaire
from gazewire.errors import DeviceRefusedError

__all__ = ["RecordingRules", "Refusal"]

# The official client lists the reasons; the words are ours, as the phone's are not published.
_STATUS = 500


class Refusal(enum.StrEnum):
    """A reason against recording that a device can be given, for testing its clients."""

    BATTERY = "battery"
    """3 % are left, which is critical."""

    STORAGE = "storage"
    """100 MB are left, which is critical."""

    TEMPLATE = "template"
    """Nobody at the phone has answered the template; posting what it requires ends this."""

    WEARER = "wearer"
    """Nobody was selected who wears the glasses."""

    WORKSPACE = "workspace"
    """No workspace was selected, and therefore no template either."""

    SETUP = "setup"
    """The phone still asks questions about itself."""


_UNSELECTED = {
    Refusal.SETUP: "Setup on the phone is not completed",
    Refusal.WORKSPACE: "No workspace selected",
    Refusal.WEARER: "No wearer selected",
}


class RecordingRules:
    """What must be so before a recording starts or is saved.

    Args:
        state: tells what is left of battery and storage.
        questionnaire: what must be answered, or None.
        refused: reasons that this device was given. Those with a trace in the status or in the
            template act through it.
    """

    def __init__(
        self,
        state: DeviceState,
        questionnaire: Questionnaire | None = None,
        refused: Set[Refusal] = frozenset(),
    ) -> None:
        self._state = state
        self._questionnaire = questionnaire
        self._refused = refused

    def check_start(self) -> None:
        """Let a recording start.

        Raises:
            DeviceRefusedError: something is in the way.
        """
        for reason, words in _UNSELECTED.items():
            if reason in self._refused:
                raise DeviceRefusedError(_STATUS, words)
        phone = self._state.phone
        if phone.battery_state == "CRITICAL":
            raise DeviceRefusedError(_STATUS, f"Low battery: {phone.battery_level} % left")
        if phone.memory_state == "CRITICAL":
            left_mb = phone.memory // 10**6
            raise DeviceRefusedError(_STATUS, f"Low storage: {left_mb} MB left")
        self.check_save()

    def check_save(self) -> None:
        """Let a recording be saved.

        Raises:
            DeviceRefusedError: a required question is unanswered.
        """
        missing = self._questionnaire.missing if self._questionnaire is not None else ()
        if missing:
            titles = ", ".join(missing)
            raise DeviceRefusedError(_STATUS, f"Template has required fields: {titles}")
