from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections import deque
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazewire.client.audio_player import AudioPlayer, RingBuffer

ENDS_WITHIN_S = 30


def column(*samples: int) -> np.ndarray:
    return np.array(samples, np.int16)[:, np.newaxis]


def test_a_buffer_is_empty_at_first() -> None:
    buffer = RingBuffer(4, "int16", channels=2)
    assert buffer.size == 0
    assert buffer.read(3).shape == (0, 2)


def test_a_primed_buffer_is_full_of_silence() -> None:
    buffer = RingBuffer(4, np.int16, prime=True)
    assert buffer.size == 4
    assert buffer.read(9).tolist() == [[0]] * 4


def test_samples_come_out_in_order_and_once() -> None:
    buffer = RingBuffer(4, np.int16)
    buffer.write(column(1, 2, 3))
    assert buffer.read(2).tolist() == [[1], [2]]
    assert buffer.read(2).tolist() == [[3]]
    assert buffer.size == 0


def test_the_oldest_samples_make_room() -> None:
    buffer = RingBuffer(3, np.int16)
    buffer.write(column(1, 2))
    buffer.write(column(3, 4))
    assert buffer.read(9).tolist() == [[2], [3], [4]]


def test_of_more_than_it_holds_it_keeps_the_newest() -> None:
    buffer = RingBuffer(3, np.int16)
    buffer.write(column(*range(10)))
    assert buffer.read(9).tolist() == [[7], [8], [9]]


def test_one_channel_may_be_flat() -> None:
    buffer = RingBuffer(3, np.int16)
    buffer.write(np.array([1, 2], np.int16))
    assert buffer.read(2).tolist() == [[1], [2]]


def test_what_was_read_is_not_overwritten() -> None:
    buffer = RingBuffer(2, np.int16)
    buffer.write(column(1, 2))
    read = buffer.read(2)
    buffer.write(column(3, 4))
    assert read.tolist() == [[1], [2]]


@pytest.mark.parametrize("shape", [(2, 3), (4,), (1, 2, 2)])
def test_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"shape \(N, 2\)"):
        RingBuffer(4, np.int16, channels=2).write(np.zeros(shape, np.int16))


@pytest.mark.parametrize(("capacity", "channels"), [(0, 1), (4, 0)])
def test_a_buffer_without_room_is_refused(capacity: int, channels: int) -> None:
    with pytest.raises(ValueError, match="no room"):
        RingBuffer(capacity, np.int16, channels)


@given(
    st.integers(1, 8),
    st.lists(st.one_of(st.lists(st.integers(0, 99), max_size=20), st.integers(-1, 10))),
)
def test_a_buffer_is_a_queue_that_drops_its_oldest(
    capacity: int, steps: list[list[int] | int]
) -> None:
    buffer, queue = RingBuffer(capacity, np.int16), deque[int](maxlen=capacity)
    for step in steps:
        if isinstance(step, list):
            buffer.write(column(*step))
            queue.extend(step)
        else:
            expected = [queue.popleft() for _ in range(min(step, len(queue)))]
            assert buffer.read(step).ravel().tolist() == expected
        assert buffer.size == len(queue)


def test_a_player_that_was_not_started_collects_and_closes() -> None:
    player = AudioPlayer(8000, 1)
    player.add_data(np.zeros(100, np.int16))
    assert player.get_buffer_size() == 100
    player.add_data(np.zeros(8000, np.int16))
    assert player.get_buffer_size() == 4000
    player.close()
    player.close()


def run_with_sounddevice(module: str, script: str, folder: Path) -> str:
    """Run a script with a sounddevice of our own making; returns what it printed."""
    (folder / "sounddevice.py").write_text(textwrap.dedent(module))
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN_S,
        check=False,
    )
    assert ran.stderr == ""
    return ran.stdout


START = """
    from gazewire.client.audio_player import AudioPlayer
    try:
        AudioPlayer(8000, 1).start()
    except Exception as error:
        print(type(error).__name__, error)
"""


def test_without_the_extra_a_player_names_it(tmp_path: Path) -> None:
    printed = run_with_sounddevice("raise ImportError('not installed')", START, tmp_path)
    assert printed.startswith("MissingExtraError")
    assert "gazewire[audio]" in printed


def test_without_portaudio_a_player_names_the_package(tmp_path: Path) -> None:
    module = "raise OSError('PortAudio library not found')"
    printed = run_with_sounddevice(module, START, tmp_path)
    assert printed.startswith("GazewireError")
    assert "libportaudio2" in printed


def test_without_a_sound_output_a_player_says_so_to_who_starts_it(tmp_path: Path) -> None:
    module = """
        class PortAudioError(Exception):
            pass

        def OutputStream(**options):
            raise PortAudioError("Error querying device -1")
    """
    printed = run_with_sounddevice(module, START, tmp_path)
    assert printed == "GazewireError no sound output for this: Error querying device -1\n"


def test_a_player_plays_what_it_has_and_then_silence(tmp_path: Path) -> None:
    module = """
        class PortAudioError(Exception):
            pass

        class OutputStream:
            '''A sound output that is driven by hand.'''

            def __init__(self, *, samplerate, channels, dtype, latency, callback):
                self.callback, self.is_open = callback, False

            def __enter__(self):
                self.is_open = True

            def __exit__(self, *args):
                self.is_open = False
    """
    script = """
        import numpy as np
        from gazewire.client.audio_player import AudioPlayer

        player = AudioPlayer(samplerate=8000, channels=1)
        player.start()
        try:
            player.start()
        except RuntimeError as error:
            print(error)
        player.add_data(np.array([[5, 6, 7]], np.int16).T)
        played = np.full((5, 1), 99, np.int16)
        player.stream.callback(played, 5, None, None)
        print(played.ravel().tolist(), player.get_buffer_size())
        player.close()
        print(player.stream.is_open, player.is_alive())
    """
    printed = run_with_sounddevice(module, script, tmp_path)
    started_twice, heard, after = printed.splitlines()
    assert started_twice == "a player can be started once"
    assert (heard, after) == ("[5, 6, 7, 0, 0] 0", "False False")


def test_importing_the_player_does_not_look_for_sound(tmp_path: Path) -> None:
    script = "import sys, gazewire.client.audio_player; print('sounddevice' in sys.modules)"
    assert run_with_sounddevice("", script, tmp_path) == "False\n"
