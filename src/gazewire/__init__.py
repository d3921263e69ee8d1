"""gazewire: a real-time eye tracker in software.

The front door: the version, and the records that flow through everything else. It needs the base
dependencies alone and opens nothing: no socket, no thread, no logger. Programs, protocols and
sources live in the subpackages; the command line is ``gazewire`` (or ``python -m gazewire``).
"""

from gazewire.errors import GazewireError
from gazewire.model import Event, Frame, GazeDatum

__all__ = ["Event", "Frame", "GazeDatum", "GazewireError", "__version__"]

__version__ = "0.1.0"
