from __future__ import annotations

import msgspec

from gazewire.service.calibration import CalibrationRequest, Reference
from gazewire.service.diagnosis import diagnosis_fields
from gazewire.service.exposure import nothing_found
from gazewire.service.guide import Target

MS = 1_000_000


def request(references: int) -> CalibrationRequest:
    return CalibrationRequest(
        gazer="Gazer2D",
        references=tuple(
            Reference(timestamp_unix_ns=number * 33 * MS, norm_pos=(0.5, 0.5), target=0)
            for number in range(references)
        ),
        pupils=tuple(nothing_found(0, number * 8 * MS) for number in range(100)),
    )


def test_numbers_and_sentences_can_travel() -> None:
    fields = diagnosis_fields(request(20))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(fields))["references"] == 20
    assert any("right eye sent 100 2d pupils" in str(one) for one in sentences(fields))
    assert any("left eye sent no pupils" in str(one) for one in sentences(fields))


def test_targets_that_were_not_seen_are_named_by_where_they_are() -> None:
    targets = [
        Target(0, (0.5, 0.5), wanted=5, samples=5, state="done"),
        Target(1, (0.0, 1.0), wanted=5, state="missed"),
        Target(2, None, wanted=5, state="missed"),
    ]
    fields = diagnosis_fields(request(5), targets)
    assert sentences(fields)[:2] == ["Target 2 (top left) was not seen.", "Target 3 was not seen."]
    shown = fields["shown"]
    assert isinstance(shown, list)
    assert [one["samples"] for one in shown] == [5, 0, 0]


def test_a_display_that_nobody_saw_is_one_sentence() -> None:
    targets = [Target(number, (0.5, 0.5), wanted=5, state="missed") for number in range(5)]
    first = sentences(diagnosis_fields(request(0), targets))[0]
    assert "has to see the whole display" in str(first)


def sentences(fields: dict[str, object]) -> list[object]:
    found = fields["sentences"]
    assert isinstance(found, list)
    return found
