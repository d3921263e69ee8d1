"""Bytes of an RTSP connection, taken apart into messages and interleaved frames.

A reader has two tempers. By default it is strict, as a server must be: what is neither message nor
frame is the peer's fault and ends the connection. With `resynchronise` it is a client's reader, for
devices that write foreign text into the stream: what makes no sense is skipped up to the next frame
or response, counted, and told as `ForeignData`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from gazewire.errors import RemoteProtocolError
from gazewire.wire.buffer import ReceiveBuffer
from gazewire.wire.rtsp.interleaved import FRAME_HEADER_BYTES, MARK, InterleavedFrame
from gazewire.wire.rtsp.limits import DEFAULT_LIMITS, RtspLimits
from gazewire.wire.rtsp.message import Headers, Request, Response
from gazewire.wire.rtsp.state import Method

__all__ = ["Element", "ForeignData", "MessageReader"]

# RFC 2326 §6.1 and §7.1. More than one space is forgiven, and so is a status without words.
_REQUEST_LINE = re.compile(
    r"([!#$%&'*+\-.0-9A-Z^_`a-z|~]+) +([^ ]+) +RTSP/([0-9]{1,3}\.[0-9]{1,3}) *"
)
_STATUS_LINE = re.compile(r"RTSP/[0-9]{1,3}\.[0-9]{1,3} +([1-9][0-9]{2})(?: (.*))?", re.DOTALL)
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.0-9A-Z^_`a-z|~]+")
_CONTENT_LENGTH = re.compile(r"[0-9]{1,18}")

# What a client's reader takes for the beginning of an element while all is well ...
_RESPONSE = b"RTSP/"
_BEGINNINGS = (MARK, _RESPONSE, *(f"{method} ".encode() for method in Method))
_LONGEST_BEGINNING = max(map(len, _BEGINNINGS))
# ... and what it looks for when it is lost, the start of which may be the end of what is there.
_LANDMARK = re.compile(rb"\$|RTSP/|(?:RTSP|RTS|RT|R)\Z")
# A frame's header and the first byte of its packet; `RTSP/` is as long.
_LANDMARK_BYTES = FRAME_HEADER_BYTES + 1
_PREVIEW_BYTES = 64


@dataclass(frozen=True, slots=True)
class ForeignData:
    """Bytes that a client's reader skipped because they belong to no message and no frame."""

    count_bytes: int
    """How many there were in a row."""

    preview: bytes
    """The first 64 of them, for the log."""


Element = Request | Response | InterleavedFrame | ForeignData


@dataclass(slots=True)
class _Head:
    """A message of which the start line has come."""

    start: re.Match[str]
    is_response: bool
    # As received, to be skipped as a whole if it turns out not to be a message.
    raw: bytearray
    fields: list[tuple[str, str]] = field(default_factory=list)
    header_bytes: int = 0
    # None until the empty line has come.
    body_bytes: int | None = None


class MessageReader:
    """Turns received bytes into elements, whatever pieces they come in.

    ::

        reader.receive_data(data)
        while (element := reader.next_element()) is not None:
            ...

    Args:
        limits: caps on what is held for an incomplete message.
        resynchronise: skip what makes no sense instead of raising.
    """

    def __init__(self, limits: RtspLimits = DEFAULT_LIMITS, *, resynchronise: bool = False) -> None:
        self._limits = limits
        self._resynchronise = resynchronise
        self._buffer = ReceiveBuffer()
        self._head: _Head | None = None
        self._synchronised = True
        self._channels: Collection[int] = ()
        self._foreign_bytes = 0
        self._foreign_preview = b""
        self._after_foreign: Element | None = None

    @property
    def mid_element(self) -> bool:
        """Bytes were received that belong to an element that is not complete."""
        return self._head is not None or len(self._buffer) > 0

    def expect_channels(self, channels: Collection[int]) -> None:
        """Say which channels are in use: out of step, no other is taken for a frame's."""
        self._channels = channels

    def receive_data(self, data: bytes) -> None:
        """Take what the peer sent; understanding it is left to `next_element`."""
        self._buffer.append(data)

    def next_element(self) -> Element | None:
        """Return the next complete element, or None until more bytes come.

        Raises:
            RemoteProtocolError: the stream is broken for good, or, unless this reader
                resynchronises, something in it is wrong. Nothing can be read after that.
        """
        if self._after_foreign is not None:
            waiting, self._after_foreign = self._after_foreign, None
            return waiting
        while self._head is not None or self._find_beginning():
            try:
                element = self._read_element()
            except RemoteProtocolError:
                if not self._resynchronise:
                    raise
                self._lose_step()
                continue
            if element is None:
                return None
            self._synchronised = True
            if self._foreign_bytes:
                self._after_foreign = element
                foreign = ForeignData(self._foreign_bytes, self._foreign_preview)
                self._foreign_bytes, self._foreign_preview = 0, b""
                return foreign
            return element
        return None

    def _find_beginning(self) -> bool:
        """Bring the first byte of an element to the front; False until there is one."""
        if self._synchronised:
            # RFC 2616 §4.1: empty lines before a start line are ignored.
            while self._buffer.peek(1) in {b"\r", b"\n"}:
                self._buffer.discard(1)
            if not self._buffer:
                return False
            if not self._resynchronise:
                return True
            # The first bytes of a beginning are a beginning too: a TCP segment may end anywhere.
            front = self._buffer.peek(_LONGEST_BEGINNING)
            if front.startswith(_BEGINNINGS):
                return True
            if any(beginning.startswith(front) for beginning in _BEGINNINGS):
                return False
            self._synchronised = False
        while (position := self._buffer.find(_LANDMARK)) is not None:
            self._skip(self._buffer.peek(position))
            front = self._buffer.peek(_LANDMARK_BYTES)
            if len(front) < _LANDMARK_BYTES:
                return False
            if front == _RESPONSE or self._announces_rtp(front):
                return True
            self._skip(front[:1])
        self._skip(self._buffer.peek(len(self._buffer)))
        return False

    def _announces_rtp(self, front: bytes) -> bool:
        # A dollar sign proves nothing in foreign bytes. RTP and RTCP begin with version 2 in the
        # top two bits (RFC 3550 §5.1, §6.4.1), and we know the channels.
        return front[1] in self._channels and front[FRAME_HEADER_BYTES] >> 6 == 2

    def _lose_step(self) -> None:
        self._synchronised = False
        if self._head is None:
            # The start line was no start line; look behind its first byte.
            self._skip(self._buffer.peek(1))
            return
        # The lines read so far are out of the buffer already.
        head, self._head = self._head, None
        self._count_foreign(bytes(head.raw))

    def _skip(self, data: bytes) -> None:
        self._buffer.discard(len(data))
        self._count_foreign(data)

    def _count_foreign(self, data: bytes) -> None:
        self._foreign_bytes += len(data)
        self._foreign_preview += data[: _PREVIEW_BYTES - len(self._foreign_preview)]
        if self._foreign_bytes > self._limits.foreign_bytes:
            raise RemoteProtocolError(
                f"no RTSP message or frame within {self._limits.foreign_bytes} bytes"
            )

    def _read_element(self) -> Element | None:
        if self._head is None:
            if self._buffer.peek(1) == MARK:
                return self._read_frame()
            if not self._read_start_line():
                return None
        # Read again because a start line makes a head.
        head = self._head
        assert head is not None
        if head.body_bytes is None and not self._read_headers(head):
            return None
        assert head.body_bytes is not None
        body = self._buffer.take(head.body_bytes)
        if body is None:
            return None
        self._head = None
        headers = Headers(head.fields)
        if head.is_response:
            return Response(int(head.start[1]), head.start[2] or "", headers, body)
        return Request(head.start[1], head.start[2], headers, body, head.start[3])

    def _read_frame(self) -> InterleavedFrame | None:
        header = self._buffer.peek(FRAME_HEADER_BYTES)
        if len(header) < FRAME_HEADER_BYTES:
            return None
        frame = self._buffer.take(FRAME_HEADER_BYTES + int.from_bytes(header[2:], "big"))
        return None if frame is None else InterleavedFrame(frame[1], frame[FRAME_HEADER_BYTES:])

    def _read_start_line(self) -> bool:
        raw = self._buffer.peek_line(self._limits.start_line_bytes, too_long_status=414)
        if raw is None:
            return False
        # Judged on the complete line only: any shorter beginning of `RTSP/1.0` is a method too.
        line = _text(raw)
        is_response = line.startswith("RTSP/")
        start = (_STATUS_LINE if is_response else _REQUEST_LINE).fullmatch(line)
        if start is None:
            raise RemoteProtocolError(f"an RTSP start line was expected, {line[:100]!r} came")
        self._buffer.discard(len(raw))
        self._head = _Head(start, is_response, bytearray(raw))
        return True

    def _read_headers(self, head: _Head) -> bool:
        """Read up to the empty line; False until it is there."""
        limits = self._limits
        while True:
            if self._buffer.peek(1) == MARK:
                # A frame begins, and its line feed may be far away.
                raise RemoteProtocolError("a header was expected, an interleaved frame came")
            raw = self._buffer.peek_line(limits.header_bytes - head.header_bytes)
            if raw is None:
                return False
            line = _text(raw)
            if line:
                _add_field(head.fields, line)
                if len(head.fields) > limits.header_count:
                    raise RemoteProtocolError(
                        f"at most {limits.header_count} headers were expected, more came",
                        status=413,
                    )
            else:
                head.body_bytes = self._body_bytes(Headers(head.fields))
            self._buffer.discard(len(raw))
            head.header_bytes += len(raw)
            head.raw += raw
            if not line:
                return True

    def _body_bytes(self, headers: Headers) -> int:
        # RFC 2326 §12.14: without this header there is no body.
        lengths = set(headers.get_all("Content-Length")) or {"0"}
        length = lengths.pop()
        if lengths or _CONTENT_LENGTH.fullmatch(length) is None:
            raise RemoteProtocolError(
                f"one Content-Length was expected, {headers.get_all('Content-Length')} came"
            )
        if int(length) > self._limits.body_bytes:
            raise RemoteProtocolError(
                f"a body of at most {self._limits.body_bytes} bytes was expected, "
                f"one of {int(length)} is announced",
                status=413,
            )
        return int(length)


def _text(raw_line: bytes) -> str:
    # RFC 2326 §4: lines end in CRLF, and a bare LF is to be understood too. No other character
    # ends a line: there are clients with a form feed in their User-Agent. The text is UTF-8, and
    # what is not stays visible without disturbing anything.
    line = raw_line[:-1].removesuffix(b"\r")
    if b"\r" in line:
        raise RemoteProtocolError("a carriage return stands inside a line")
    return line.decode("utf-8", "backslashreplace")


def _add_field(fields: list[tuple[str, str]], line: str) -> None:
    if line[0] in " \t":
        # RFC 2326 §4.2, RFC 2616 §2.2: a line that begins with white space goes on with the last.
        if not fields:
            raise RemoteProtocolError("the first header line begins with white space")
        name, value = fields.pop()
        folded = line.strip(" \t")
        fields.append((name, f"{value} {folded}".strip(" ")))
        return
    name, colon, value = line.partition(":")
    name = name.rstrip(" \t")
    if not colon or _HEADER_NAME.fullmatch(name) is None:
        raise RemoteProtocolError(f"a header was expected, {line[:100]!r} came")
    fields.append((name, value.strip(" \t")))
