"""From gaze to eye movements: fixations, saccades, pursuit, blinks."""

from gazewire.motion.classifier import Classifier, classify
from gazewire.motion.label import Movement

__all__ = ["Classifier", "Movement", "classify"]
