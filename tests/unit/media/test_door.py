from __future__ import annotations

import subprocess
import sys


def test_without_the_library_the_error_names_the_extra():
    script = (
        "import sys; sys.modules['av'] = None\n"
        "from gazewire.errors import MissingExtraError\n"
        "try:\n"
        "    import gazewire.media\n"
        "except MissingExtraError as error:\n"
        "    print(error.extra, error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == ("video this needs more than the base: pip install 'gazewire[video]'\n")
