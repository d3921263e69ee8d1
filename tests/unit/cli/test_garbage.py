import gc
import weakref
from collections.abc import Iterator

import pytest

from gazewire.cli.garbage import settle


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_is_there_is_not_looked_at_again() -> None:
    kept = [[] for _ in range(1000)]  # type: ignore[var-annotated]
    settle()
    assert len(gc.get_objects()) < len(kept)
    assert gc.get_freeze_count() > len(kept)


class Circle:
    def __init__(self) -> None:
        self.itself = self


def test_what_comes_later_is_collected() -> None:
    settle()
    forgotten = weakref.ref(Circle())
    gc.collect()
    assert forgotten() is None
