"""The line of work from films to pupils: pieces on all cores, and the eyeball in order of time."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazewire.compose.offline.eye_in_space import EyeStretch, SeenPupil, place_in_space
from gazewire.compose.offline.footage import EyeFilm, EyeFootage
from gazewire.compose.offline.pupil_search import FilmPiece, FoundPupils, find_pupils
from gazewire.compose.offline.recorded_time import RecordedTime
from gazewire.errors import RecordingError
from gazewire.eye.model3d import EyeModel3d
from gazewire.model import EyeId

__all__ = ["PupilLine"]

# Pictures a piece: long enough to be worth handing over, short enough that all cores end together.
_PIECE = 256
# So many pieces a worker are under way, or wait for the eyeball to be followed that far.
_AHEAD = 4


@dataclass(slots=True)
class _Eye:
    """How far the work on one eye is."""

    found: dict[int, EyeStretch]
    count: int = 0
    next: int = 0
    model: EyeModel3d | None = None
    is_followed: bool = False


class PupilLine:
    """Finds the pupils of one wearer.

    Args:
        footage: of the eyes.
        executor: does the work.
        workers: how many work at once.

    Attributes:
        damaged: how many pictures of each eye could not be decoded, so far.
    """

    def __init__(self, footage: EyeFootage, executor: Executor, workers: int) -> None:
        self._executor = executor
        self._most = _AHEAD * workers
        self._eyes: dict[EyeId, _Eye] = {eye_id: _Eye({}) for eye_id in footage.eye_ids}
        self._waiting = deque(self._pieces(footage))
        self._searching: dict[Future[FoundPupils], tuple[EyeFilm, FilmPiece, dict[EyeId, int]]] = {}
        self._following: dict[Future[tuple[list[SeenPupil], EyeModel3d]], EyeId] = {}
        self.damaged: dict[EyeId, int] = defaultdict(int)

    def run(self) -> Iterator[tuple[EyeId, list[SeenPupil]]]:
        """Do the work.

        Yields:
            What was seen of an eye; of each eye in order of time.

        Raises:
            RecordingError: a process that worked on it is gone.
            SourceError: a film cannot be opened any more.
        """
        try:
            while self._waiting or self._searching or self._following:
                self._hand_out()
                for done in wait(self._under_way(), return_when=FIRST_COMPLETED).done:
                    yield from self._take(done)
        except BrokenProcessPool as error:
            raise RecordingError(
                "a process that looked for pupils was ended from outside; there may be too little "
                "memory for so many: try --processes with a smaller number"
            ) from error
        finally:
            for future in self._under_way():
                future.cancel()

    # Any: a future is found again by its identity, whatever its result is.
    def _under_way(self) -> list[Future[Any]]:
        return [*self._searching, *self._following]

    def _pieces(self, footage: EyeFootage) -> list[tuple[EyeFilm, FilmPiece, dict[EyeId, int]]]:
        pieces = [
            (film, FilmPiece(film.path, film.views, start, min(start + _PIECE, len(film))))
            for film in footage.films
            for start in range(0, len(film), _PIECE)
        ]
        # Both eyes go through time together, so that neither has to be kept for the other.
        pieces.sort(key=lambda pair: int(pair[0].times_unix_ns[pair[1].start]))
        numbered = []
        for film, piece in pieces:
            numbers = {}
            for view in film.views:
                numbers[view.eye_id] = self._eyes[view.eye_id].count
                self._eyes[view.eye_id].count += 1
            numbered.append((film, piece, numbers))
        return numbered

    def _hand_out(self) -> None:
        kept = sum(len(eye.found) for eye in self._eyes.values())
        while self._waiting and len(self._searching) + kept < self._most:
            film, piece, numbers = self._waiting.popleft()
            future = self._executor.submit(find_pupils, piece)
            self._searching[future] = film, piece, numbers

    def _take(self, done: Future[Any]) -> Iterator[tuple[EyeId, list[SeenPupil]]]:
        if done in self._searching:
            self._keep(done.result(), *self._searching.pop(done))
        else:
            eye_id = self._following.pop(done)
            seen, model = done.result()
            self._eyes[eye_id].model, self._eyes[eye_id].is_followed = model, False
            yield eye_id, seen
        for eye_id in self._eyes:
            self._follow(eye_id)

    def _keep(
        self, found: FoundPupils, film: EyeFilm, piece: FilmPiece, numbers: dict[EyeId, int]
    ) -> None:
        rows = slice(piece.start, piece.stop)
        is_whole = found.is_whole
        times_ns = film.times_unix_ns[rows][is_whole]
        time = _time_of(times_ns, film.times_core_s[rows][is_whole])
        for view in film.views:
            pupils = found.pupils[view.eye_id][is_whole]
            stretch = EyeStretch(view, time, times_ns, pupils)
            self._eyes[view.eye_id].found[numbers[view.eye_id]] = stretch
            self.damaged[view.eye_id] += int(np.count_nonzero(~is_whole))

    def _follow(self, eye_id: EyeId) -> None:
        eye = self._eyes[eye_id]
        if eye.is_followed or eye.next not in eye.found:
            return
        stretch = eye.found.pop(eye.next)
        eye.next += 1
        eye.is_followed = True
        self._following[self._executor.submit(place_in_space, stretch, eye.model)] = eye_id


def _time_of(times_unix_ns: NDArray[np.int64], times_core_s: NDArray[np.float64]) -> RecordedTime:
    return RecordedTime(0, 0.0, times_unix_ns, times_core_s)
