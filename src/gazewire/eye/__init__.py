"""From an image of an eye to its pupil, and from pupils to the eyeball behind them."""

__all__: list[str] = []
