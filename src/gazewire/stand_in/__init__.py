"""Existing programs, unchanged, with the clients they import answered by ours.

Python is started anew with one folder more on ``PYTHONPATH``, whose ``sitecustomize`` puts a finder
before all others. So the program is run by Python itself, and whatever is started by it, worker
processes included, has the finder too. Nothing is installed, and when they end nothing is left.
"""

from gazewire.stand_in.finder import STAND_INS, install
from gazewire.stand_in.interpreter import become

__all__ = ["STAND_INS", "become", "install"]
