"""The command `gazewire`, also as ``python -m gazewire``."""

from __future__ import annotations

import sys

from gazewire.errors import MissingExtraError

__all__ = ["main"]


def main() -> None:
    """Run the command line."""
    try:
        from gazewire.cli import app
    except MissingExtraError as error:
        sys.stderr.write(f"gazewire: {error}\n")
        raise SystemExit(2) from error
    app()


if __name__ == "__main__":
    main()
