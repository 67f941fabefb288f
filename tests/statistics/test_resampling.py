import numpy as np
import pytest

from app.statistics.calibration import metrics_of
from app.statistics.resampling import differences_of, intervals_of

RNG = np.random.default_rng(5)
SAID = RNG.uniform(size=800)
CHURNED = (RNG.uniform(size=800) < SAID).astype(float)
NOISY = np.clip(SAID + RNG.normal(0, 0.1, size=800), 0.01, 0.99)


def test_an_interval_holds_its_figure_and_is_as_wide_as_theory_says():
    low, high = intervals_of(CHURNED, SAID, seed=0)["brier"]
    errors = (SAID - CHURNED) ** 2

    assert low < errors.mean() < high
    assert high - low == pytest.approx(2 * 1.96 * errors.std() / np.sqrt(800), rel=0.15)


def test_the_same_seed_gives_the_same_intervals():
    assert intervals_of(CHURNED, SAID, seed=1) == intervals_of(CHURNED, SAID, seed=1)


def test_swapped_sides_give_the_same_numbers_with_the_other_sign():
    ours = differences_of(CHURNED, SAID, NOISY, seed=2)
    theirs = differences_of(CHURNED, NOISY, SAID, seed=2)

    for name, difference in ours.items():
        swapped = theirs[name]
        assert difference.value == -swapped.value
        assert (difference.low, difference.high) == (-swapped.high, -swapped.low)


def test_a_thing_does_not_differ_from_itself():
    for difference in differences_of(CHURNED, SAID, SAID, seed=3).values():
        assert (difference.value, difference.low, difference.high) == (0, 0, 0)
        assert not difference.is_beyond_chance


def test_noise_is_worse_beyond_chance_and_pairs_tell_it_sharper_than_two_intervals():
    difference = differences_of(CHURNED, NOISY, SAID, seed=4)["log_loss"]
    low, high = intervals_of(CHURNED, SAID, seed=4)["log_loss"]

    assert difference.low > 0
    assert difference.is_beyond_chance
    assert difference.high - difference.low < high - low


def test_one_outcome_has_no_interval_of_the_auc():
    low, high = intervals_of(np.zeros(50), SAID[:50], seed=0)["auc"]

    assert np.isnan(low)
    assert np.isnan(high)


def test_the_interval_of_the_calibration_error_lies_around_it_although_noise_raises_it():
    rng = np.random.default_rng(1)
    said = rng.uniform(size=2_000)
    churned = (rng.uniform(size=2_000) < said).astype(float)
    low, high = intervals_of(churned, said, seed=0)["ece"]
    error = metrics_of(churned, said).ece

    assert 0 <= low < error < high
    assert error == pytest.approx((low + high) / 2, rel=0.25)


def test_an_interval_stays_where_its_figure_can_be():
    said = np.linspace(0.01, 0.99, 40)
    ends = intervals_of((said > 0.45).astype(float), said + np.tile([0, 0.009], 20), seed=0)

    assert ends["auc"][1] <= 1
    assert ends["ece"][0] >= 0
