"""The features of a camera that no emulator has, written down."""

from __future__ import annotations

from dataclasses import dataclass, field

from gazewire.errors import UnreadableSourceError


@dataclass
class FeatureSheet:
    """See `gazewire.camera.standard_features.Features`; what was executed is in `executed`."""

    numbers: dict[str, float] = field(default_factory=dict)
    ranges: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    words_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    flags: dict[str, bool] = field(default_factory=dict)
    commands: set[str] = field(default_factory=set)
    executed: list[str] = field(default_factory=list)
    is_gone: bool = False

    def __post_init__(self) -> None:
        self.entries = {name: entries[0] for name, entries in self.words_of.items()}

    def is_readable(self, name: str) -> bool:
        return name in self.numbers or name in self.entries

    def is_writable(self, name: str) -> bool:
        return self.is_readable(name) or name in self.flags or name in self.commands

    def number(self, name: str) -> float:
        if self.is_gone:
            raise UnreadableSourceError("a", "a is gone")
        return self.numbers[name]

    def bounds(self, name: str) -> tuple[float, float, float]:
        return self.ranges.get(name, (0, 1e6, 0))

    def set_number(self, name: str, value: float) -> None:
        self.numbers[name] = value

    def word(self, name: str) -> str:
        return self.entries[name]

    def words(self, name: str) -> tuple[str, ...]:
        return self.words_of[name]

    def set_word(self, name: str, entry: str) -> None:
        assert entry in self.words_of[name]
        self.entries[name] = entry

    def set_flag(self, name: str, value: bool) -> None:
        self.flags[name] = value

    def execute(self, name: str) -> None:
        assert name in self.commands
        self.executed.append(name)


def old_gige_camera() -> FeatureSheet:
    """A camera older than the standard of today, with everything that one may have."""
    return FeatureSheet(
        numbers={
            "Width": 640,
            "Height": 480,
            "OffsetX": 100,
            "OffsetY": 0,
            "ExposureTimeAbs": 5000.0,
            "GainRaw": 10,
            "AcquisitionFrameRateAbs": 100.0,
            "ResultingFrameRateAbs": 50.0,
            "LineStatusAll": 0b10,
            "GevTimestampValue": 250,
            "GevTimestampTickFrequency": 125_000_000,
        },
        ranges={"Width": (16, 640, 16), "ExposureTimeAbs": (20, 1e6, 5)},
        words_of={
            "PixelFormat": ("Mono12", "BayerRG8", "Mono8"),
            "ExposureAuto": ("Continuous", "Off"),
            "TriggerSelector": ("AcquisitionStart", "FrameStart"),
            "TriggerSource": ("Line1", "Software", "Line2", "Counter1End"),
            "TriggerMode": ("Off", "On"),
            "TriggerActivation": ("FallingEdge", "RisingEdge"),
            "LineSelector": ("Line1", "Line2"),
        },
        flags={"AcquisitionFrameRateEnable": False},
        commands={"GevTimestampControlLatch", "TriggerSoftware"},
    )
