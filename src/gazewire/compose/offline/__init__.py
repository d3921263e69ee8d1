"""Pupils, gaze and eye movements of eyes that were recorded.

    footage = find_eyes([Path("recording")])
    for one, step in detect_all(footage):
        print(one.name, step)

Films are cut into pieces in which all cores look for pupils (`pupil_search`); the eyeball is then
followed through time (`eye_in_space`), gaze is mapped by the calibration that was recorded, and
movements are looked for in all of it. What comes out is the data of a recording of Core.
"""

from gazewire.compose.offline.batch import detect_all
from gazewire.compose.offline.finding_eyes import EyeOptions, find_eyes
from gazewire.compose.offline.footage import EyeFilm, EyeFootage, EyeView
from gazewire.compose.offline.report import DetectionReport, EyeReport, Stage

__all__ = [
    "DetectionReport",
    "EyeFilm",
    "EyeFootage",
    "EyeOptions",
    "EyeReport",
    "EyeView",
    "Stage",
    "detect_all",
    "find_eyes",
]
