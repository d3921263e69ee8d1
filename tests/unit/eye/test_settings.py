from __future__ import annotations

import msgspec

from gazewire.eye import DetectorSettings2d
from gazewire.service.detector_settings import Detector2dProperties


def test_names_and_defaults_are_those_of_the_network():
    ours = msgspec.to_builtins(DetectorSettings2d())
    assert ours == msgspec.to_builtins(Detector2dProperties())


def test_every_setting_is_documented():
    for name in DetectorSettings2d.__struct_fields__:
        assert f"        {name}: " in DetectorSettings2d.__doc__
