"""How many files and sockets this program may have open."""

from __future__ import annotations

import logging
import sys

__all__ = ["raise_open_file_limit"]

_log = logging.getLogger(__name__)

# All connections that a device's servers take together, and what else it opens.
_ENOUGH = 2048


def raise_open_file_limit() -> None:
    """Take as many as the system allows without being asked; the usual limit is for small programs.

    Where that is too few for all the clients that a device takes, a warning says so. On Windows
    there is no such limit.
    """
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # macOS calls its limit infinite, and takes no number above one that it does not tell.
    wanted = _ENOUGH if hard == resource.RLIM_INFINITY else hard
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (ValueError, OSError) as error:
        _log.warning("only %d files can be open at once: %s", soft, error)
        return
    if wanted < _ENOUGH:
        _log.warning(
            "only %d files can be open at once, too few for as many clients as may come", wanted
        )
