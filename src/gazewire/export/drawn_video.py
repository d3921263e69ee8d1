"""The scene's video with gaze, fixations and surfaces drawn into it.

Every picture of the recording is in it, at its own instant. One thread decodes and draws, another
codes, so that two cores are at work.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from gazewire.camera import Sound, SoundPlayer
from gazewire.errors import RecordingError
from gazewire.export.scene_drawing import Canvas, Colour
from gazewire.export.scene_marks import SceneMarks
from gazewire.media import AacEncoder, FragmentedMp4Writer, H264Encoder
from gazewire.model import AccessUnit, Frame
from gazewire.recording import open_playable, open_recording

__all__ = ["draw_video"]

_FRAMES_WAITING = 8
_QUANTISER = 22
_PROGRESS_FRAMES = 30
_DEFAULT_RATE_HZ = 30.0

_GAZE = Colour(81, 90, 240)  # red
_TRAIL = Colour(150, 60, 190)  # orange
_FIXATION = Colour(190, 40, 140)  # yellow
_PAST = Colour(150, 128, 128)  # gray
_SURFACE = Colour(145, 54, 34)  # green
_LETTERS = Colour(235, 128, 128)  # white


def draw_video(folder: Path, path: Path, progress: Callable[[float], None] = lambda _: None) -> int:
    """Write the scene's video with what is known of each picture in it.

    Gaze is a red ring with a trail of the last 150 ms, the fixation that lasts a yellow one with
    its number, those before it gray ones joined by lines; surfaces are green outlines with their
    names. Sound is kept.

    Args:
        folder: the recording.
        path: of the video; one that is there is replaced.
        progress: told how much is done, 0 to 1.

    Returns:
        How many pictures were written.

    Raises:
        SourceError: it is no recording, or broken.
        RecordingError: it has no picture of the scene, or the video cannot be written.
    """
    with open_recording(folder) as recording:
        world = recording.videos.get("world")
        size_px = None if world is None else world.size_px
        if world is None or size_px is None or not len(world):
            raise RecordingError(f"{folder} has no picture of the scene to draw into")
        marks = SceneMarks(recording, size_px)
        begin_ns = int(world.times_unix_ns[0])
        sound = open_playable(folder).sound(begin_ns)
        encoder = H264Encoder(
            width=size_px[0],
            height=size_px[1],
            rate_hz=world.rate_hz or _DEFAULT_RATE_HZ,
            quantiser=_QUANTISER,
        )
        video = FragmentedMp4Writer(
            path,
            width=encoder.width,
            height=encoder.height,
            parameter_sets=encoder.parameter_sets,
            sound=None if sound is None else (sound.sample_rate_hz, sound.channels),
        )
        count = 0
        with video:
            heard = _Heard(sound, begin_ns, video)
            for unit in _coded((_drawn(f, marks) for f in world.frames()), encoder):
                video.write(unit)
                heard.write_before(unit.timestamp_unix_ns)
                count += 1
                if count % _PROGRESS_FRAMES == 0:
                    progress(count / len(world))
    progress(1.0)
    return count


def _coded(frames: Iterator[Frame], encoder: H264Encoder) -> Iterator[AccessUnit]:
    # Coded in another thread, a few pictures behind the drawing.
    waiting: deque[Future[AccessUnit]] = deque()
    with ThreadPoolExecutor(1, thread_name_prefix="encoder") as thread:
        for frame in frames:
            waiting.append(thread.submit(encoder.encode, frame))
            if len(waiting) >= _FRAMES_WAITING:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _drawn(frame: Frame, marks: SceneMarks) -> Frame:
    canvas = Canvas(frame)
    at = frame.timestamp_unix_ns
    for name, corners in marks.surfaces(at):
        canvas.path(corners, 4, _SURFACE, is_closed=True)
        center = (sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4)
        canvas.text(name, center, _LETTERS)
    fixations = marks.fixations(at)
    if len(fixations) > 1:
        canvas.path([fixation.center for fixation in fixations], 2, _PAST)
    for fixation in fixations:
        canvas.ring(fixation.center, 42, 3, _FIXATION if fixation.lasts else _PAST)
        canvas.text(str(fixation.number), fixation.center, _LETTERS)
    trail = marks.trail(at)
    if len(trail) > 1:
        canvas.path(trail, 3, _TRAIL)
    gaze = marks.gaze(at)
    if gaze is not None:
        canvas.ring(gaze, 28, 7, _GAZE)
    return canvas.frame()


class _Heard:
    """The sound, written as the pictures go on."""

    def __init__(self, sound: Sound | None, begin_ns: int, video: FragmentedMp4Writer) -> None:
        self._video = video
        self._player: SoundPlayer | None = None
        if sound is not None:
            self._player = SoundPlayer(sound, begin_ns)
            self._encoder = AacEncoder(sample_rate_hz=sound.sample_rate_hz, channels=sound.channels)

    def write_before(self, instant_ns: int) -> None:
        if self._player is None:
            return
        for chunk in self._player.take_before(instant_ns):
            for unit in self._encoder.encode(chunk):
                self._video.write_sound(unit)
