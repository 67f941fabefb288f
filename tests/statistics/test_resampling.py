import numpy as np
import pytest

from app.statistics.metrics import compute_metrics
from app.statistics.resampling import bootstrap_differences, bootstrap_intervals

RNG = np.random.default_rng(5)
PREDICTED = RNG.uniform(size=800)
CHURNED = (RNG.uniform(size=800) < PREDICTED).astype(float)
NOISY = np.clip(PREDICTED + RNG.normal(0, 0.1, size=800), 0.01, 0.99)


def test_an_interval_holds_its_metric_and_is_as_wide_as_theory_says():
    low, high = bootstrap_intervals(CHURNED, PREDICTED, seed=0)["brier"]
    errors = (PREDICTED - CHURNED) ** 2

    assert low < errors.mean() < high
    assert high - low == pytest.approx(2 * 1.96 * errors.std() / np.sqrt(800), rel=0.15)


def test_the_same_seed_gives_the_same_intervals():
    first = bootstrap_intervals(CHURNED, PREDICTED, seed=1)

    assert bootstrap_intervals(CHURNED, PREDICTED, seed=1) == first


def test_swapped_sides_give_the_same_numbers_with_the_opposite_sign():
    ours = bootstrap_differences(CHURNED, PREDICTED, NOISY, seed=2)
    theirs = bootstrap_differences(CHURNED, NOISY, PREDICTED, seed=2)

    for name, difference in ours.items():
        swapped = theirs[name]
        assert difference.value == -swapped.value
        assert (difference.low, difference.high) == (-swapped.high, -swapped.low)


def test_probabilities_do_not_differ_from_themselves():
    for difference in bootstrap_differences(CHURNED, PREDICTED, PREDICTED, seed=3).values():
        assert (difference.value, difference.low, difference.high) == (0, 0, 0)
        assert not difference.is_significant


def test_noise_is_significantly_worse_and_pairs_show_it_more_sharply_than_two_intervals():
    difference = bootstrap_differences(CHURNED, NOISY, PREDICTED, seed=4)["log_loss"]
    low, high = bootstrap_intervals(CHURNED, PREDICTED, seed=4)["log_loss"]

    assert difference.low > 0
    assert difference.is_significant
    assert difference.high - difference.low < high - low


def test_a_single_outcome_has_no_interval_of_the_auc():
    low, high = bootstrap_intervals(np.zeros(50), PREDICTED[:50], seed=0)["auc"]

    assert np.isnan(low)
    assert np.isnan(high)


def test_the_interval_of_the_calibration_error_lies_around_it_although_noise_raises_it():
    rng = np.random.default_rng(1)
    probabilities = rng.uniform(size=2_000)
    churned = (rng.uniform(size=2_000) < probabilities).astype(float)
    low, high = bootstrap_intervals(churned, probabilities, seed=0)["ece"]
    error = compute_metrics(churned, probabilities).ece

    assert 0 <= low < error < high
    assert error == pytest.approx((low + high) / 2, rel=0.25)


def test_an_interval_stays_where_its_metric_can_be():
    probabilities = np.linspace(0.01, 0.99, 40)
    ends = bootstrap_intervals(
        (probabilities > 0.45).astype(float), probabilities + np.tile([0, 0.009], 20), seed=0
    )

    assert ends["auc"][1] <= 1
    assert ends["ece"][0] >= 0
