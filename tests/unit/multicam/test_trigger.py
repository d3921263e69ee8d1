from __future__ import annotations

import threading

from gazewire.errors import UnreadableSourceError
from gazewire.multicam.trigger import SoftwareTrigger

LIMIT_S = 10


class Camera:
    def __init__(self, *, enough: int = 1) -> None:
        self.fired = 0
        self.is_enough = threading.Event()
        self._enough = enough

    def fire(self) -> None:
        self.fired += 1
        if self.fired == self._enough:
            self.is_enough.set()


class Gone:
    def fire(self) -> None:
        raise UnreadableSourceError("a", "a is gone")


def test_all_cameras_are_fired_also_when_one_is_gone() -> None:
    camera = Camera()
    with SoftwareTrigger([Gone(), camera], None) as trigger:
        trigger.fire()
    assert (camera.fired, trigger.fired, trigger.failed) == (1, 1, 1)


def test_a_rate_fires_again_and_again_until_the_end() -> None:
    camera = Camera(enough=3)
    with SoftwareTrigger([camera], 500.0) as trigger:
        assert camera.is_enough.wait(LIMIT_S)
    assert camera.fired == trigger.fired
