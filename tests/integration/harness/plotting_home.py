"""Where Jupyter and matplotlib write what they keep for a user, apart from any user's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["plotting_home"]

MADE_WITHIN_S = 120


def plotting_home(folder: Path) -> dict[str, str]:
    """Make them a home in a folder; returns the environment variables that lead there.

    Matplotlib's list of fonts is made now. Made later, on a slow machine, it would bring a line on
    standard error.
    """
    variables = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR")
    home = {variable: str(folder / variable.lower()) for variable in variables}
    for path in home.values():
        Path(path).mkdir()
    subprocess.run(
        [sys.executable, "-c", "import matplotlib.font_manager"],
        env=os.environ | home,
        check=True,
        capture_output=True,
        timeout=MADE_WITHIN_S,
    )
    return home
