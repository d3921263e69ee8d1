"""Which form of a camera's images to ask for: the fastest that comes."""

from __future__ import annotations

from collections.abc import Sequence

from gazewire.wire.camera import ImageForm

__all__ = ["FormChoice"]

# The incumbent speaks one of the last two, whichever its version has.
_FASTEST_FIRST = (ImageForm.SHARED, ImageForm.MULTIPART, ImageForm.MAP, ImageForm.JSON)
_NOTHING_CAME_NS = 500_000_000
_NO_MORE_COMES_NS = 2_000_000_000


class FormChoice:
    """Asks for one form after the other until images come, and then for the fastest one alone.

    Nobody says which forms a publisher has. What was asked for stays asked for: a camera may be
    slow, and its first image, when it comes, comes in all forms. When images stay away, the program
    that sent them may have been replaced by another one, and slower forms are asked for again.

    Args:
        is_near: whether the publisher may be on this machine.
        now_mono_ns: the instant.

    Attributes:
        due_mono_ns: when `ask` has something to be asked for, if no image comes; None: never.
    """

    def __init__(self, *, is_near: bool, now_mono_ns: int) -> None:
        self.due_mono_ns: int | None = now_mono_ns
        self._usable = list(_FASTEST_FIRST if is_near else _FASTEST_FIRST[1:])
        self._asked: set[ImageForm] = set()

    def ask(self, now_mono_ns: int) -> ImageForm | None:
        """Tell which form is to be asked for now, beside those before."""
        if self.due_mono_ns is None or now_mono_ns < self.due_mono_ns:
            return None
        form = next((form for form in self._usable if form not in self._asked), None)
        self.due_mono_ns = None if form is None else now_mono_ns + _NOTHING_CAME_NS
        if form is not None:
            self._asked.add(form)
        return form

    def came(self, form: ImageForm, now_mono_ns: int) -> Sequence[ImageForm] | None:
        """An image has come.

        Returns:
            The forms to be asked for no longer; None where the image is of such a one itself.
        """
        if form not in self._asked:
            return None
        slower = self._usable[self._usable.index(form) + 1 :]
        given_up = [other for other in slower if other in self._asked]
        self._asked.difference_update(given_up)
        self.due_mono_ns = now_mono_ns + _NO_MORE_COMES_NS
        return given_up

    def settled(self) -> None:
        """What came last goes on coming, or somebody says `lost`: nothing else is asked for."""
        self.due_mono_ns = None

    def lost(self, now_mono_ns: int) -> None:
        """It comes no longer; it may come again, which is waited for a little."""
        self.due_mono_ns = now_mono_ns + _NOTHING_CAME_NS

    def failed(self, now_mono_ns: int) -> None:
        """What came could not be used: others are asked for at once, and it may come again."""
        self.due_mono_ns = now_mono_ns
