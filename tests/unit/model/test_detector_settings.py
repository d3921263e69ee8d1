from __future__ import annotations

from gazewire.model import DetectorSettings2d


def test_every_setting_is_documented():
    for name in DetectorSettings2d.__struct_fields__:
        assert f"        {name}: " in DetectorSettings2d.__doc__
