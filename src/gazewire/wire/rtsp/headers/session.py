"""The `Session` header, RFC 2326 §12.37."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gazewire.errors import RemoteProtocolError

__all__ = ["DEFAULT_TIMEOUT_S", "Session"]

DEFAULT_TIMEOUT_S = 60
"""What a server means that names no timeout (RFC 2326 §12.37)."""

# Nine digits of seconds are 31 years.
_TIMEOUT = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Session:
    """The name of a session and how long it outlives silence."""

    id: str
    """Opaque; real devices use the same one for every session, so it identifies nothing."""

    timeout_s: int | None = None
    """Seconds without a sign of life after which a server may end it; None where not written."""

    @classmethod
    def parse(cls, text: str) -> Session:
        """Read `id` or `id;timeout=60`; other parameters are left out.

        Raises:
            RemoteProtocolError: there is no id, or the timeout is no number.
        """
        session_id, *parameters = (piece.strip(" \t") for piece in text.split(";"))
        if not session_id:
            raise RemoteProtocolError(f"a session id was expected, {text!r} came")
        timeout_s: int | None = None
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip(" \t").lower() != "timeout":
                continue
            if _TIMEOUT.fullmatch(value := value.strip(" \t")) is None:
                raise RemoteProtocolError(f"a timeout is a number of seconds, {value!r} came")
            timeout_s = int(value)
        return cls(session_id, timeout_s)

    def serialize(self) -> str:
        """Write `id` or `id;timeout=60`."""
        return self.id if self.timeout_s is None else f"{self.id};timeout={self.timeout_s}"
