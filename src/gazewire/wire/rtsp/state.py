"""The rules of a session: which method is allowed when, and where it leads.

Everything about states is in the one table below; the server and the client both read it, and the
diagram in `docs/protocols/rtsp.md` is checked against it. It is the part of RFC 2326 appendix A
that plays and does not record. A request changes the state when it has been answered with success,
and not before.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

__all__ = ["PUBLIC_METHODS", "STATELESS_METHODS", "TRANSITIONS", "Method", "State", "next_state"]


class Method(StrEnum):
    """The methods that we understand (RFC 2326 §10)."""

    OPTIONS = "OPTIONS"
    DESCRIBE = "DESCRIBE"
    SETUP = "SETUP"
    PLAY = "PLAY"
    PAUSE = "PAUSE"
    TEARDOWN = "TEARDOWN"
    GET_PARAMETER = "GET_PARAMETER"
    SET_PARAMETER = "SET_PARAMETER"


class State(StrEnum):
    """Where a session stands."""

    INIT = "init"
    """There is no session."""

    READY = "ready"
    """At least one track is set up; nothing flows."""

    PLAYING = "playing"
    """Packets flow."""


TRANSITIONS: Mapping[State, Mapping[Method, State]] = MappingProxyType(
    {
        State.INIT: MappingProxyType(
            {
                Method.SETUP: State.READY,
                Method.TEARDOWN: State.INIT,
            }
        ),
        State.READY: MappingProxyType(
            {
                Method.SETUP: State.READY,
                Method.PLAY: State.PLAYING,
                # Not in RFC 2326; harmless, and clients pause on their way out without looking.
                Method.PAUSE: State.READY,
                Method.TEARDOWN: State.INIT,
            }
        ),
        # No SETUP here: a server may refuse to change a transport that plays, and then answers 455
        # (RFC 2326 §10.4).
        State.PLAYING: MappingProxyType(
            {
                Method.PLAY: State.PLAYING,
                Method.PAUSE: State.READY,
                Method.TEARDOWN: State.INIT,
            }
        ),
    }
)
"""For each state, the methods that need or change it, and the state they lead to."""

STATELESS_METHODS = frozenset(
    {Method.OPTIONS, Method.DESCRIBE, Method.GET_PARAMETER, Method.SET_PARAMETER}
)
"""Methods that are allowed in every state and change none."""

PUBLIC_METHODS = (Method.DESCRIBE, Method.SETUP, Method.TEARDOWN, Method.PLAY, Method.PAUSE)
"""What a server of ours says it can do: the list of a real device, in its order.

OPTIONS and GET_PARAMETER are answered and not listed, because a client that finds one of them here
takes up keep-alives that a real device never gets.
"""


def next_state(state: State, method: Method) -> State | None:
    """Return the state that a method leads to, or None where it is not allowed."""
    if method in STATELESS_METHODS:
        return state
    return TRANSITIONS[state].get(method)
