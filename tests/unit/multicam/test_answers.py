from __future__ import annotations

from gazewire.multicam.answers import Answers

MS = 1_000_000


def test_latency_is_from_exposure_to_answer() -> None:
    answers = Answers()
    for index in range(100):
        answers.sent(index, index * 10 * MS)
        answers.answered("faces", index, index * 10 * MS + (5 if index else 50) * MS)
    (figures,) = answers.figures()
    assert (figures.name, figures.answers) == ("faces", 100)
    assert (figures.latency_ms, figures.latency_p50_ms, figures.latency_p99_ms) == (5, 5, 50)


def test_an_image_that_was_not_sent_is_no_answer() -> None:
    answers = Answers()
    answers.answered("liar", 7, 0)
    assert answers.figures() == []


def test_clients_and_images_are_forgotten_in_the_end() -> None:
    answers = Answers()
    for index in range(1000):
        answers.sent(index, 0)
        answers.answered(f"client {index}", index, 1)
    assert len(answers.figures()) == 64
    answers.answered("late", 0, 1)
    assert "late" not in {figures.name for figures in answers.figures()}
