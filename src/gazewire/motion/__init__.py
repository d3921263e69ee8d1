"""From gaze to eye movements: fixations, saccades, pursuit, blinks."""

from gazewire.motion.classify import classify

__all__ = ["classify"]
