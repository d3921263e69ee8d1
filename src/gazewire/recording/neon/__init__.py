"""The native recording format of Neon (and of Pupil Invisible, which it grew from)."""

__all__: list[str] = []
