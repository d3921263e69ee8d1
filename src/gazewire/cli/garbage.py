"""What the garbage collector need not look at."""

from __future__ import annotations

import gc

__all__ = ["settle"]


def settle() -> None:
    """Take everything that there is now for permanent; call it when a program is up.

    Modules and what they made are most of a program's objects, and stay to its end. Looking at them
    all again takes the collector up to a tenth of a second, in which no packet leaves; it happens
    whenever many clients have come or gone.
    """
    gc.collect()
    gc.freeze()
