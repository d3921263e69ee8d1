from __future__ import annotations

import struct
from pathlib import Path

import pytest

from gazewire.recording.fragments import WholeFragments, whole_fragments


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def long_box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4sQ", 1, kind, 16 + len(content)) + content


def traf(track: int, *samples: int) -> bytes:
    """Make the header of a track with a run for each count."""
    runs = b"".join(box(b"trun", struct.pack(">II", 0, count) + b"\0" * 8) for count in samples)
    return box(b"traf", box(b"tfhd", struct.pack(">II", 0, track)) + runs)


def moof(*samples: int) -> bytes:
    """Make a fragment header of one track."""
    return box(b"moof", box(b"mfhd", b"\0" * 8) + traf(1, *samples))


HEAD = box(b"ftyp", b"iso5") + box(b"moov", b"\0" * 40)
FIRST = moof(3) + box(b"mdat", b"\0" * 30)
SECOND = moof(2, 5) + box(b"mdat", b"\0" * 70)
TAIL = box(b"mfra", b"\0" * 12)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "video.mp4"


def test_pictures_of_whole_fragments_are_counted(path):
    path.write_bytes(HEAD + FIRST + SECOND + TAIL)

    assert whole_fragments(path) == WholeFragments(len(HEAD + FIRST + SECOND), 10)


def test_sound_is_no_picture(path):
    both = box(b"moof", traf(2, 7) + traf(1, 3)) + box(b"mdat", b"\0" * 30)
    sound = box(b"moof", traf(2, 9)) + box(b"mdat", b"\0" * 30)
    path.write_bytes(HEAD + both + sound)

    assert whole_fragments(path) == WholeFragments(len(HEAD + both + sound), 3)

    path.write_bytes(HEAD + sound)

    assert whole_fragments(path) is None


def test_cut_at_any_byte_gives_the_fragments_before_it(path):
    content = HEAD + FIRST + SECOND + TAIL
    for size in range(len(content)):
        path.write_bytes(content[:size])
        if size < len(HEAD + FIRST):
            expected = None
        elif size < len(HEAD + FIRST + SECOND):
            expected = WholeFragments(len(HEAD + FIRST), 3)
        else:
            expected = WholeFragments(len(HEAD + FIRST + SECOND), 10)
        assert whole_fragments(path) == expected, f"cut at {size}"


def test_sizes_of_64_bits_and_up_to_the_end_are_understood(path):
    path.write_bytes(HEAD + moof(3) + long_box(b"mdat", b"\0" * 9) + moof(4) + b"\0\0\0\0mdat123")

    assert whole_fragments(path) == WholeFragments(path.stat().st_size, 7)


@pytest.mark.parametrize("size", [2, 7])
def test_box_shorter_than_its_header_ends_the_walk(path, size):
    path.write_bytes(HEAD + FIRST + struct.pack(">I4s", size, b"moof") + b"\0" * 40)

    assert whole_fragments(path) == WholeFragments(len(HEAD + FIRST), 3)


def test_pictures_without_a_fragment_header_do_not_count(path):
    path.write_bytes(HEAD + box(b"mdat", b"\0" * 30))

    assert whole_fragments(path) is None
