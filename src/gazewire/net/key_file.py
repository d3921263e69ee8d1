"""Keys in files, as ZeroMQ's own tools write and read them.

::

    metadata
    curve
        public-key = "<40 characters of Z85>"
        secret-key = "<40 characters of Z85>"

A file without the secret is for everybody. ``zmq.auth.create_certificates`` of pyzmq makes such
files, and ``zmq.auth.load_certificate`` reads ours.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from gazewire.errors import LocalProtocolError
from gazewire.net.bus_security import BusKeys, KeyPair

__all__ = ["KeyFileError", "load_bus_keys", "load_key_pair", "load_public_keys", "make_key_files"]

_ENTRY = re.compile(r'^\s*(public-key|secret-key)\s*=\s*"([!-~]{40})"\s*$', re.MULTILINE)
_TEXT = 'metadata\ncurve\n    public-key = "{}"\n'
_SECRET_TEXT = '    secret-key = "{}"\n'
_PUBLIC_SUFFIX = ".key"


class KeyFileError(LocalProtocolError):
    """A file of keys that cannot be used."""


def load_bus_keys(own: str | os.PathLike[str], program: str | os.PathLike[str]) -> BusKeys:
    """Read what a client needs where the program wants keys.

    Args:
        own: file with the client's pair of keys.
        program: file with the program's public key, as ``gazewire service --key-file`` makes it.

    Raises:
        KeyFileError: a file cannot be read, or does not hold what it should.
    """
    server_public = Path(program)
    if server_public.is_dir():
        raise KeyFileError(f"{program} is a folder; name the file with the program's key")
    (public,) = load_public_keys(server_public)
    return BusKeys(public, load_key_pair(Path(own)))


def load_key_pair(path: Path) -> KeyPair:
    """Read a pair of keys.

    Raises:
        KeyFileError: the file cannot be read, or there is no pair of keys in it.
    """
    entries = _entries(path)
    if "secret-key" not in entries:
        raise KeyFileError(f"{path} holds no secret key; name the file that does")
    try:
        return KeyPair(entries["public-key"].encode(), entries["secret-key"].encode())
    except ValueError as error:
        raise KeyFileError(f"{path} holds no keys: {error}") from error


def load_public_keys(path: Path) -> frozenset[bytes]:
    """Read the public keys of a file, or of all files in a folder whose names end in ``.key``.

    Raises:
        KeyFileError: there is none, or a file cannot be read.
    """
    files = sorted(path.glob(f"*{_PUBLIC_SUFFIX}")) if path.is_dir() else [path]
    if not files:
        raise KeyFileError(f"there is no file *{_PUBLIC_SUFFIX} in {path}")
    return frozenset(_entries(file)["public-key"].encode() for file in files)


def make_key_files(path: str | os.PathLike[str]) -> KeyPair:
    """Make a pair of keys: a file that its owner alone may read, and one for everybody beside it.

    Args:
        path: of the secret one; the other has the suffix ``.key``.

    Raises:
        KeyFileError: they cannot be written, or are there already.
    """
    path = Path(path)
    pair = KeyPair.generate()
    public_path = path.with_suffix(_PUBLIC_SUFFIX)
    if public_path == path:
        raise KeyFileError(f"{path} is named like a file for everybody: use another suffix")
    public_text = _TEXT.format(pair.public.decode())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w") as file:
            file.write(public_text + _SECRET_TEXT.format(pair.secret.decode()))
        public_path.write_text(public_text)
    except OSError as error:
        raise KeyFileError(f"cannot write {error.filename}: {error.strerror}") from error
    return pair


def _entries(path: Path) -> dict[str, str]:
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(f"cannot read keys from {path}: {error}") from error
    entries = dict(_ENTRY.findall(text))
    if "public-key" not in entries:
        raise KeyFileError(f"{path} holds no public key")
    return entries
