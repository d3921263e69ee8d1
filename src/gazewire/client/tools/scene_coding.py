"""How the pictures of the scene are coded, as a recording has to know before it begins."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from gazewire.errors import RemoteProtocolError
from gazewire.model import AccessUnit
from gazewire.wire.payload.h264 import ParameterSets, SequenceParameters
from gazewire.wire.sdp import H264Parameters, MediaDescription

__all__ = ["SceneCoding"]

logger = logging.getLogger("gazewire.client.capture")


class SceneCoding:
    """How the pictures of the scene are coded; a recording has room for one coding."""

    def __init__(self) -> None:
        self._sets: ParameterSets | None = None
        self._known = asyncio.Event()
        self._fits = True

    async def known(self, *, timeout_s: float) -> ParameterSets | None:
        """Wait until the stream has told; None if it did not in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._known.wait()
        return self._sets

    def learn_from(self, media: MediaDescription) -> None:
        """Take note of what a session begins with."""
        with suppress(RemoteProtocolError):
            parameters = H264Parameters.parse(media.fmtp or "")
            self._learn(ParameterSets.find(parameters.parameter_sets))

    def fits(self, unit: AccessUnit) -> bool:
        """Whether a picture is coded as the first one was."""
        if unit.is_keyframe:
            self._learn(ParameterSets.find(unit.nal_units))
        return self._fits

    def _learn(self, sets: ParameterSets | None) -> None:
        if sets is None:
            return
        if self._sets is None:
            with suppress(RemoteProtocolError):
                SequenceParameters.parse(sets.sps)  # a recording begins with the size
                self._sets = sets
                self._known.set()
        elif (fits := sets == self._sets) is not self._fits:
            self._fits = fits
            if not fits:
                logger.warning("the scene comes in another coding now, and is not recorded")
