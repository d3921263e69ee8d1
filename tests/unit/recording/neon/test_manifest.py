from __future__ import annotations

import zlib

import pytest

from gazewire.recording.neon.manifest import ManifestEntry, crc_text, manifest_entry


@pytest.mark.parametrize(("content", "text"), [(b"", "0"), (b"abc", "352441c2")])
def test_crc_is_written_as_in_the_vectors(content, text):
    assert crc_text(zlib.crc32(content)) == text


def test_leading_zeros_are_left_out():
    assert crc_text(0x0000_12AB) == "12ab"


def test_entry_tells_name_size_and_crc(tmp_path):
    path = tmp_path / "event.txt"
    path.write_bytes(b"recording.begin\nstim.on\nrecording.end\n")

    assert manifest_entry(path) == ManifestEntry("event.txt", 38, "55dcb147")
