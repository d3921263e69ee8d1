"""Viterbi in blocks is Viterbi."""

import numpy as np
import pytest

from gazewire.motion.sequence import most_likely

PRICE = (3 * (1 - np.eye(4))).astype(np.float32)


def in_one_go(log_odds: np.ndarray, price: np.ndarray) -> np.ndarray:
    best, came_from = log_odds[:, 0], []
    for column in log_odds.T[1:]:
        ways = best[:, None] - price
        came_from.append(ways.argmax(axis=0))
        best = ways.max(axis=0) + column
    path = [int(best.argmax())]
    for back in reversed(came_from):
        path.append(int(back[path[-1]]))
    return np.array(path[::-1])


@pytest.mark.parametrize("points", [1, 2, 2047, 2048, 2049, 7000])
def test_blocks_give_the_path_of_the_whole(points: int) -> None:
    log_odds = np.random.default_rng(points).normal(0, 1, (4, points)).astype(np.float32)
    assert (most_likely(log_odds, PRICE) == in_one_go(log_odds, PRICE)).all()


def test_a_short_doubt_is_not_worth_two_changes() -> None:
    log_odds = np.zeros((4, 100), np.float32)
    log_odds[0] = 1
    log_odds[1, 50:52] = 3
    assert (most_likely(log_odds, PRICE) == 0).all()
    log_odds[1, 50:60] = 3
    assert most_likely(log_odds, PRICE).tolist() == [0] * 50 + [1] * 10 + [0] * 40


def test_a_change_that_is_dear_is_not_made() -> None:
    price = PRICE.copy()
    price[0, 2] = 1e6
    log_odds = np.zeros((4, 60), np.float32)
    log_odds[0, :30] = log_odds[2, 30:] = 5
    path = most_likely(log_odds, price)
    assert not np.any((path[:-1] == 0) & (path[1:] == 2))
