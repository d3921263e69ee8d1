from __future__ import annotations

import contextlib
import errno

import pytest

from gazewire.recording.append_file import AppendFile

resource = pytest.importorskip("resource", reason="file size limits are POSIX")


@contextlib.contextmanager
def file_size_limit(size_bytes: int):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rows"


def test_pieces_are_in_the_file_as_soon_as_they_are_appended(path):
    file = AppendFile(path)
    file.append(b"ab\n")
    file.append(b"\x00c")

    assert path.read_bytes() == b"ab\n\x00c"
    assert file.size_bytes == 5
    file.close()


def test_piece_that_does_not_fit_is_taken_back_and_later_ones_still_fit(path):
    file = AppendFile(path)
    with file_size_limit(10):
        file.append(b"12345678")
        with pytest.raises(OSError) as failure:  # noqa: PT011 - the number is what matters
            file.append(b"abcdefgh")

        assert failure.value.errno == errno.EFBIG
        assert path.read_bytes() == b"12345678"
        file.append(b"9")

    assert path.read_bytes() == b"123456789"
    file.close()


def test_truncated_file_grows_on_from_there(path):
    file = AppendFile(path)
    file.append(b"123456")
    file.truncate(2)
    file.append(b"ab")

    assert path.read_bytes() == b"12ab"
    assert file.size_bytes == 4
    file.close()


def test_synced_file_keeps_its_content(path):
    file = AppendFile(path)
    file.append(b"12")
    file.sync()
    file.sync()
    file.close()

    assert path.read_bytes() == b"12"


def test_existing_file_is_never_written_into(path):
    path.write_bytes(b"other")

    with pytest.raises(FileExistsError):
        AppendFile(path)


def test_closed_file_says_so(path):
    file = AppendFile(path)
    file.close()
    file.close()

    with pytest.raises(ValueError, match="closed"):
        file.append(b"1")
