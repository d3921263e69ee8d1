import pytest

from gazewire.wire.rtp import SequenceUnwrapper, signed_sequence_difference


def test_numbers_count_on_through_the_wrap():
    unwrapper = SequenceUnwrapper()
    counts = [unwrapper.unwrap(number & 0xFFFF) for number in range(65_000, 200_000)]
    assert counts == list(range(65_000, 200_000))


def test_a_late_number_gets_its_own_count_on_either_side_of_the_wrap():
    unwrapper = SequenceUnwrapper()
    assert unwrapper.unwrap(0xFFFE) == 0xFFFE
    assert unwrapper.unwrap(1) == 0x10001
    assert unwrapper.unwrap(0xFFFF) == 0xFFFF
    assert unwrapper.unwrap(2) == 0x10002


def test_what_comes_before_a_first_number_of_zero_is_negative():
    unwrapper = SequenceUnwrapper()
    assert unwrapper.unwrap(0) == 0
    assert unwrapper.unwrap(0xFFFF) == -1


def test_a_late_number_does_not_move_the_reference():
    unwrapper = SequenceUnwrapper()
    unwrapper.unwrap(0x7000)
    unwrapper.unwrap(0x0000)
    assert unwrapper.unwrap(0xEFFF) == 0xEFFF


@pytest.mark.parametrize(
    ("later", "earlier", "difference"),
    [
        (5, 5, 0),
        (0, 0xFFFF, 1),
        (0xFFFF, 0, -1),
        (0x7FFF, 0, 0x7FFF),
        (0x8000, 0, -0x8000),
        (0, 0x8000, -0x8000),
    ],
)
def test_differences_go_the_short_way_round(later, earlier, difference):
    assert signed_sequence_difference(later, earlier) == difference
