"""Runs at the start of each Python whose ``PYTHONPATH`` holds this folder.

It takes the folder off the path, and gives way to the ``sitecustomize`` that would have run.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec

_FOLDER = os.path.realpath(os.path.dirname(__file__))

sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry) != _FOLDER]

try:
    from gazewire.stand_in import install
except ImportError:
    # A Python of another environment, that the program has started: it has to do without us.
    pass
else:
    install()

_hidden = PathFinder.find_spec("sitecustomize")
if _hidden is not None and _hidden.loader is not None:
    sys.modules["sitecustomize"] = _module = module_from_spec(_hidden)
    _hidden.loader.exec_module(_module)
