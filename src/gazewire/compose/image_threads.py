"""How many threads work on one image."""

from __future__ import annotations

import cv2

__all__ = ["work_on_images_alone"]


def work_on_images_alone() -> None:
    """Let every image be worked on by the thread that has it; for programs, at their start.

    OpenCV shares out the rows of an image among threads that wait for more by spinning. Images of
    eyes are too small to gain from that: it takes nearly twice the processor time, and where there
    are few cores that is time which the other eye lacks.
    """
    cv2.setNumThreads(1)
