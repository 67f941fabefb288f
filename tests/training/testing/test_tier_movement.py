import numpy as np
import pytest

from training.testing.tier_movement import tier_movement_between

LOW, MEDIUM, HIGH = 0, 1, 2


def test_who_moves_is_counted():
    first = np.array([LOW, LOW, MEDIUM, HIGH, HIGH])
    second = np.array([LOW, HIGH, MEDIUM, MEDIUM, HIGH])
    movement = tier_movement_between(first, second, shift=np.array([0.0, 0.5, 0.1, -0.3, 0.1]))

    assert movement.n == 5
    assert movement.share == pytest.approx(2 / 5)
    assert movement.share_across == pytest.approx(1 / 5)
    assert movement.mean_shift == pytest.approx(0.2)
    assert movement.counts.tolist() == [[1, 0, 1], [0, 1, 0], [0, 1, 1]]


def test_the_way_back_is_the_same_turned_over():
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 3, 100), rng.integers(0, 3, 100)
    there = tier_movement_between(first, second, shift=np.zeros(100))
    back = tier_movement_between(second, first, shift=np.zeros(100))

    assert (there.counts == back.counts.T).all()
    assert there.share == back.share


def test_a_customer_may_keep_a_tier_that_a_new_one_would_not_get():
    first, second = np.array([LOW, LOW]), np.array([LOW, MEDIUM])
    movement = tier_movement_between(first, second, shift=np.zeros(2), second_with_memory=first)

    assert movement.share == 0.5
    assert movement.share_with_memory == 0
