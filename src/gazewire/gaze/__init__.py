"""From pupils to where the wearer looks: pairing, mapping, calibration, accuracy."""

__all__: list[str] = []
