"""The bar by which a verb that works for long says how far it is."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn

__all__ = ["progress_bar"]


def progress_bar(amount: ProgressColumn) -> Progress:
    """Make a bar: it goes to people, as results go to whoever reads them.

    Args:
        amount: tells how much is done, beside the bar and the time that is left.
    """
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        amount,
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
