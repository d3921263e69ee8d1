import logging

import pytest

from gazewire.cli.log_limit import RepeatLimit


def record(message: str, *arguments: object, at_s: float, name: str = "net") -> logging.LogRecord:
    made = logging.LogRecord(name, logging.WARNING, __file__, 1, message, arguments, None)
    made.created = at_s
    return made


@pytest.fixture
def limit() -> RepeatLimit:
    return RepeatLimit()


def test_the_first_few_of_a_kind_are_let_through(limit: RepeatLimit) -> None:
    passed = [limit.filter(record("bad: %s", n, at_s=n / 100)) for n in range(100)]
    assert passed == [True] * 3 + [False] * 97
    assert limit.held_back == 97


def test_kinds_do_not_count_for_each_other(limit: RepeatLimit) -> None:
    for _ in range(10):
        limit.filter(record("bad", at_s=0))
    assert limit.filter(record("worse", at_s=0))
    assert limit.filter(record("bad", at_s=0, name="another"))


def test_the_next_minute_begins_with_how_many_there_were(limit: RepeatLimit) -> None:
    for _ in range(10):
        limit.filter(record("%s is bad", "he", at_s=0))
    later = record("%s is bad", "she", at_s=60)
    assert limit.filter(later)
    assert later.getMessage() == "she is bad (and 7 more of this kind before)"
    assert limit.held_back == 0


def test_where_nothing_was_held_back_nothing_is_added(limit: RepeatLimit) -> None:
    limit.filter(record("bad", at_s=0))
    later = record("bad", at_s=60)
    assert limit.filter(later)
    assert later.getMessage() == "bad"


def test_an_exception_of_another_type_is_another_kind(limit: RepeatLimit) -> None:
    for error in (ValueError("x"), KeyError("x")):
        for n in range(10):
            failed = record("failed", at_s=0)
            failed.exc_info = (type(error), error, None)
            assert limit.filter(failed) == (n < 3)


def test_messages_that_are_all_different_are_let_through_and_not_kept(limit: RepeatLimit) -> None:
    assert all(limit.filter(record(f"formatted {n}", at_s=0)) for n in range(10_000))
    assert limit.held_back == 0
