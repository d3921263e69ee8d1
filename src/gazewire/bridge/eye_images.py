"""Images of both eyes from the bus, side by side as glasses send them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager

import cv2
import numpy as np
from numpy.typing import NDArray

from gazewire.camera import VideoShape
from gazewire.errors import RemoteProtocolError
from gazewire.model import EyeId, Frame
from gazewire.service import eye_image_topic
from gazewire.time import TimeBase
from gazewire.wire.ipc import Message, decode_frame

__all__ = ["EyePairs", "follow_eye_images"]

_LOG = logging.getLogger(__name__)

# How often it is asked whether anybody looks.
_ASK_S = 0.1
_WAITING = 20
# So long an image waits for that of the other eye; two cameras need not take theirs together.
_PATIENCE_INTERVALS = 0.75
# So long the first image of the other eye is waited for, and an eye of which there is no new image
# has its last one shown: two eyes of a machine that is short of time need not have the same rate.
_BLACK_AFTER_NS = 250_000_000

Subscribe = Callable[[list[str], int], AbstractAsyncContextManager[AsyncIterator[Message]]]


class EyePairs:
    """Puts images of two eyes side by side, the left eye's on the left.

    Args:
        sizes: width and height of each eye's images, as glasses tell them before the first one;
            images of another size are fitted. An eye that is not there, or sends nothing for a
            quarter of a second, is black.
        rate_hz: images a second of one eye.
    """

    def __init__(self, sizes: Mapping[EyeId, tuple[int, int]], rate_hz: float) -> None:
        self._eyes = frozenset(sizes)
        self._half = max(w for w, _ in sizes.values()), max(h for _, h in sizes.values())
        self.shape = VideoShape(width=2 * self._half[0], height=self._half[1], rate_hz=rate_hz)
        self._patience_ns = round(_PATIENCE_INTERVALS / rate_hz * 1e9)
        self._waiting: dict[EyeId, tuple[int, NDArray[np.uint8]]] = {}
        self._latest: dict[EyeId, tuple[int, NDArray[np.uint8]]] = {}
        self._begun_ns: int | None = None
        self._told_ns = 0
        self._index = 0

    def begin(self) -> None:
        """Be told that images come anew, those of one eye perhaps earlier than the other's."""
        self._waiting.clear()
        self._latest.clear()
        self._begun_ns = None

    def add(self, eye_id: EyeId, instant_ns: int, image: NDArray[np.uint8]) -> list[Frame]:
        """Take an image, and give the pairs that are complete by it, or as complete as they get.

        Args:
            eye_id: whose; 0 is the right one.
            instant_ns: of its exposure.
            image: (H, W) uint8.
        """
        if self._begun_ns is None:
            self._begun_ns = instant_ns
        frames = []
        other: EyeId = 0 if eye_id else 1
        if eye_id in self._waiting:
            frames += self._told()
        self._waiting[eye_id] = instant_ns, image
        if other in self._waiting:
            if abs(self._waiting[other][0] - instant_ns) > self._patience_ns:
                newest = self._waiting.pop(eye_id)
                frames += self._told()
                self._waiting[eye_id] = newest
            else:
                frames += self._told()
        elif other not in self._eyes:
            frames += self._told()
        return frames

    def _told(self) -> list[Frame]:
        """Make a picture of what is waiting."""
        waiting, self._waiting = self._waiting, {}
        instant_ns = min(instant for instant, _ in waiting.values())
        self._latest |= waiting
        index = self._index
        self._index += 1
        assert self._begun_ns is not None
        is_early = instant_ns - self._begun_ns < _BLACK_AFTER_NS
        if instant_ns <= self._told_ns or (is_early and not self._eyes <= self._latest.keys()):
            return []
        self._told_ns = instant_ns
        width, height = self._half
        pixels = np.zeros((height, 2 * width), np.uint8)
        for eye_id, (taken_ns, image) in self._latest.items():
            if instant_ns - taken_ns > _BLACK_AFTER_NS:
                continue
            left = 0 if eye_id else width
            pixels[:, left : left + width] = self._fitted(image)
        frame = Frame(
            camera="eyes",
            index=index,
            timestamp_unix_ns=instant_ns,
            width=2 * width,
            height=height,
            pixel_format="gray",
            data=pixels.reshape(-1).data,
        )
        return [frame]

    def _fitted(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        width, height = self._half
        if image.shape == (height, width):
            return image
        return np.asarray(
            cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8
        )


async def follow_eye_images(
    pairs: EyePairs,
    subscribe: Subscribe,
    timebase: TimeBase,
    publish: Callable[[Frame], None],
    wanted: Callable[[int], bool],
) -> None:
    """Publish pictures of both eyes while somebody wants them, until cancelled.

    Eyes put their images onto the bus only while somebody subscribes to them.

    Args:
        pairs: puts them together.
        subscribe: opens a subscription to the bus.
        timebase: by which times on the bus are read.
        publish: takes each picture.
        wanted: tells of an index whether that picture is worth making now.
    """
    topics: dict[str, EyeId] = {eye_image_topic(0): 0, eye_image_topic(1): 1}
    while True:
        while not wanted(0):  # noqa: ASYNC110
            await asyncio.sleep(_ASK_S)
        pairs.begin()
        async with subscribe(list(topics), _WAITING) as messages:
            async for message in messages:
                try:
                    wire, data = decode_frame(message)
                except RemoteProtocolError as error:
                    _LOG.debug("an image of an eye is dropped: %s", error)
                    continue
                image = np.frombuffer(data, np.uint8).reshape(wire.height, wire.width)
                instant_ns = timebase.unix_ns(wire.timestamp)
                for frame in pairs.add(topics[message.topic], instant_ns, image):
                    if wanted(frame.index):
                        publish(frame)
                if not wanted(0):
                    break
