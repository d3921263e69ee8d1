"""Hear what the device hears: a player that sound is pushed into as it comes.

    player = AudioPlayer(samplerate=8000, channels=1)
    player.start()
    for part in frame.to_resampled_ndarray():
        player.add_data(part.T)

It needs the extra ``[audio]``, which is looked for when a player starts and not before.
"""

from __future__ import annotations

import threading
from importlib import import_module
from types import ModuleType
from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from gazewire.errors import GazewireError, MissingExtraError

__all__ = ["AudioPlayer", "RingBuffer"]

# Room for half a second: what comes in a burst after a hiccup of the network is not lost, and the
# sound is never further behind than that.
_BUFFERED_S = 0.5


class RingBuffer:
    """The newest samples of a sound; what nobody read in time makes room for them.

    Any thread may write, and any other may read.

    Args:
        capacity: samples of each channel that it holds.
        dtype: of the samples.
        channels: how many.
        prime: begin full of silence, not empty.
    """

    # Any in this class: the type of a sample is an argument.
    def __init__(
        self, capacity: int, dtype: DTypeLike, channels: int = 1, prime: bool = False
    ) -> None:
        if capacity < 1 or channels < 1:
            raise ValueError(f"no room for sound: {capacity} samples of {channels} channels")
        self._samples: NDArray[Any] = np.zeros((capacity, channels), dtype)
        self._begin = 0
        self._size = capacity if prime else 0
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Samples of each channel that are waiting to be read."""
        with self._lock:
            return self._size

    def write(self, data: NDArray[Any]) -> None:
        """Append samples; the oldest ones go where there is no room.

        Args:
            data: (N, channels); for one channel also (N,). It is copied.

        Raises:
            ValueError: another shape.
        """
        capacity, channels = self._samples.shape
        if data.ndim == 1 and channels == 1:
            data = data[:, np.newaxis]
        if data.ndim != 2 or data.shape[1] != channels:
            raise ValueError(f"samples of shape (N, {channels}) are wanted, not {data.shape}")
        newest = data[-capacity:]
        with self._lock:
            end = (self._begin + self._size) % capacity
            before_wrap = min(len(newest), capacity - end)
            self._samples[end : end + before_wrap] = newest[:before_wrap]
            self._samples[: len(newest) - before_wrap] = newest[before_wrap:]
            overwritten = max(0, self._size + len(newest) - capacity)
            self._begin = (self._begin + overwritten) % capacity
            self._size += len(newest) - overwritten

    def read(self, num_samples: int) -> NDArray[Any]:
        """Take the oldest samples out.

        Returns:
            (N, channels), N as many as asked for or as there are. A copy, which no later write
            changes.
        """
        capacity = len(self._samples)
        with self._lock:
            count = max(0, min(num_samples, self._size))
            places = np.arange(self._begin, self._begin + count) % capacity
            self._begin = (self._begin + count) % capacity
            self._size -= count
            return self._samples[places]


class AudioPlayer(threading.Thread):
    """Plays what is pushed into it on the default sound output, and silence where nothing is.

    Args:
        samplerate: samples a second.
        channels: how many.
        dtype: of the samples, as sounddevice names it.
    """

    def __init__(self, samplerate: int, channels: int, dtype: str = "int16") -> None:
        # A daemon, so that a program that forgets `close` ends nevertheless.
        super().__init__(name="gazewire-audio-player", daemon=True)
        self.samplerate = samplerate
        self.channels = channels
        self.dtype = dtype
        self.stream: _OutputStream | None = None
        self._buffer = RingBuffer(max(1, int(samplerate * _BUFFERED_S)), dtype, channels)
        self._closing = threading.Event()

    def start(self) -> None:
        """Open the sound output and begin to play.

        Raises:
            MissingExtraError: the extra ``[audio]`` is not installed.
            GazewireError: the system has no PortAudio, or no sound output that can do this.
            RuntimeError: it was started before.
        """
        if self.stream is not None:
            raise RuntimeError("a player can be started once")
        sounddevice = _sounddevice()
        try:
            self.stream = sounddevice.OutputStream(
                samplerate=self.samplerate,
                channels=self.channels,
                dtype=self.dtype,
                latency="low",
                callback=self._play,
            )
        except sounddevice.PortAudioError as error:
            raise GazewireError(f"no sound output for this: {error}") from error
        super().start()

    def run(self) -> None:
        """Keep the sound output open until `close`; it is called by `start`."""
        assert self.stream is not None, "start opened it"
        with self.stream:
            self._closing.wait()

    def add_data(self, data: NDArray[Any]) -> None:
        """Play samples after those that are waiting; of more than half a second, the newest.

        Args:
            data: (N, channels), copied; for one channel also (N,).

        Raises:
            ValueError: another shape.
        """
        self._buffer.write(data)

    def get_buffer_size(self) -> int:
        """How many samples are waiting to be played."""
        return self._buffer.size

    def close(self) -> None:
        """Stop playing and close the sound output; it may be called twice, or without a start."""
        self._closing.set()
        if self.is_alive():
            self.join()

    def _play(self, outdata: NDArray[Any], frames: int, *_: object) -> None:
        samples = self._buffer.read(frames)
        outdata[: len(samples)] = samples
        outdata[len(samples) :] = 0


class _OutputStream(Protocol):
    """What we use of sounddevice's stream; it plays while it is entered."""

    def __enter__(self) -> object: ...

    def __exit__(self, *args: object) -> object: ...


def _sounddevice() -> ModuleType:
    try:
        return import_module("sounddevice")
    except ImportError as error:
        raise MissingExtraError("audio") from error
    except OSError as error:
        # Its wheels for Linux come without the library.
        raise GazewireError(
            "playing sound needs the library PortAudio; Debian and Ubuntu call it libportaudio2"
        ) from error
