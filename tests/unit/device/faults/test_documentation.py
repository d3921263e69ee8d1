import re
from pathlib import Path

import pytest

from gazewire.device.faults import FAULTS
from gazewire.device.faults.options import FaultOption, options_of

REFERENCE = Path(__file__).parents[4] / "docs" / "reference" / "faults.md"
# Tables of faults alone have a second column that is nothing but keys.
ROW = re.compile(r"^\| `([a-z0-9-]+)` \| ((?:`[^`]+` )*)\|", re.MULTILINE)
# What these are by default is told once for all.
SAID_ONCE = {"after": 0.0, "for": None, "sensor": None, "seed": 0, "path": None}


def documented() -> dict[str, list[str]]:
    rows = ROW.findall(REFERENCE.read_text())
    return {name: sorted(keys.split()) for name, keys in rows if name in FAULTS or "=" in keys}


def described(option: FaultOption) -> str:
    default = option.default
    if default is None or SAID_ONCE.get(option.key, "") == default:
        return f"`{option.key}`"
    value = f"{default:g}" if isinstance(default, float) else default
    return f"`{option.key}={value}`"


def test_all_faults_are_documented_and_no_others() -> None:
    assert set(documented()) == set(FAULTS)


@pytest.mark.parametrize("name", FAULTS)
def test_keys_are_documented_with_their_defaults(name: str) -> None:
    own = [
        option
        for option in options_of(FAULTS[name])
        if option.key not in {"after", "for"} or option.default != SAID_ONCE[option.key]
    ]
    assert documented()[name] == sorted(map(described, own))
