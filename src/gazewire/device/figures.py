"""What those who feed a device say of how well they do, for the monitor page."""

from __future__ import annotations

import msgspec

__all__ = ["Figure"]


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the page.

    Attributes:
        label: what it is about, in a word or two.
        value: the figure, with its unit, or a few words.
        hint: what the figure means, in a sentence that is shown on request.
        page: path of a page of this device where more is told or done about it; or empty.
        notice: what whoever looks at the scene should know of it, shown there; or empty.
    """

    label: str
    value: str
    hint: str = ""
    page: str = ""
    notice: str = ""
