"""Planes in the scene, found by their markers, and the gaze that falls on them."""

__all__: list[str] = []
