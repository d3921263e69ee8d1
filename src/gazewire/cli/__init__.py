"""The command line: one file a verb, which says words and holds no logic."""

from gazewire.errors import MissingExtraError

try:
    import typer as _  # noqa: F401
except ImportError as missing:
    raise MissingExtraError("device") from missing

from gazewire.cli.app import app

__all__ = ["app"]
