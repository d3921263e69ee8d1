"""pytest's importlib mode puts no folder on the path, and these tests share code of their own."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
