"""Bytes to values and back, and the rules between them.

Nothing here opens a socket, waits, reads a clock or touches an array: bytes and instants are passed
in, values and bytes are handed out. Every parser raises `gazewire.errors.RemoteProtocolError` and
nothing else, and has a cap on all that a peer can grow.
"""

__all__: list[str] = []
