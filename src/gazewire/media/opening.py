"""Opens a media file for reading, with errors that say what to do."""

from __future__ import annotations

from pathlib import Path

import av

from gazewire.errors import UndecodableSourceError, UnreadableSourceError

__all__ = ["open_media"]


def open_media(path: Path) -> av.container.InputContainer:
    """Open a file in any container that libav reads; the caller closes it.

    Raises:
        UnreadableSourceError: there is no such file, or it may not be read.
        UndecodableSourceError: it is no container that libav knows.
    """
    source = str(path)
    try:
        # The library would take a name such as http:... for an address, and reports a folder as a
        # broken file.
        path.open("rb").close()
        return av.open(f"file:{source}", "r")
    except FileNotFoundError as error:
        raise UnreadableSourceError(source, f"there is no file {source}; check the path") from error
    except (av.FFmpegError, ValueError) as error:
        raise UndecodableSourceError(
            source, f"{source} is not a video that can be read; use MP4 or Matroska with H.264"
        ) from error
    except OSError as error:
        raise UnreadableSourceError(
            source, f"{source} cannot be opened ({error.strerror}); check what it is"
        ) from error
