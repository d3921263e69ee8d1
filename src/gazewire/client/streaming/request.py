"""What a user asks of a streamer, in the arguments that the official client takes."""

from __future__ import annotations

import ssl as tls
from dataclasses import dataclass, replace

from gazewire.client._engine.policy import (
    DEFAULT_POLICY,
    StreamOptions,
    StreamPolicy,
    TransportChoice,
)
from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.time import SystemClock
from gazewire.wire.rtsp import RtspUrl

__all__ = ["StreamRequest"]

# The official client's schemes that stand for packets inside the RTSP connection.
_OVER_TCP = frozenset({"rtspt", "rtsps"})


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """A stream, and how to receive it.

    Attributes:
        url: of the presentation: ``rtsp://10.0.0.2:8086/?camera=gaze``. The schemes ``rtspt`` and
            ``rtsps`` stand for TCP alone; else it is tried where nothing comes by UDP.
        timeout: seconds for connecting and for each answer, and of silence before the stream is
            taken for lost.
        log_level: of no effect: what happens is told once, by the logger ``gazewire.client``.
        ssl: for ``rtsps``, where the usual way of encrypting will not do.
        run_loop: open the stream again whenever it is lost, for ever.
        media_type: which section of the presentation; what the streamer wants where it is None.

    Raises:
        LocalProtocolError: the URL is not one.
    """

    url: str
    timeout: float = 10
    log_level: int = 20
    ssl: tls.SSLContext | None = None
    run_loop: bool = False
    media_type: str | None = None

    def options(self) -> StreamOptions:
        """Say the same in the engine's words."""
        try:
            scheme = RtspUrl.parse(self.url).scheme
        except RemoteProtocolError as error:
            raise LocalProtocolError(str(error)) from error
        policy = self._patience_of_one_try()
        if self.run_loop:
            # Another one comes soon.
            policy = replace(
                policy,
                connect_timeout_s=min(self.timeout, DEFAULT_POLICY.connect_timeout_s),
                answer_timeout_s=min(self.timeout, DEFAULT_POLICY.answer_timeout_s),
            )
        return StreamOptions(
            clock=SystemClock(),
            policy=policy,
            transport=TransportChoice(True if scheme in _OVER_TCP else None),
            tls=self.ssl,
            keep_alive=self.run_loop,
        )

    def _patience_of_one_try(self) -> StreamPolicy:
        return StreamPolicy(
            connect_timeout_s=self.timeout,
            answer_timeout_s=self.timeout,
            longest_answer_s=self.timeout,
            fallback_s=min(DEFAULT_POLICY.fallback_s, self.timeout / 2),
            silence_s=self.timeout,
        )
