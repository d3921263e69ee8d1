"""From gaze to eye movements: fixations, saccades, pursuit, blinks."""

__all__: list[str] = []
