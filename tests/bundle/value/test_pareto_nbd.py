import math

import numpy as np
import pytest
from scipy.integrate import quad

from app.bundle.value.pareto_nbd import (
    ParetoNbd,
    expected_order_days,
    log_likelihoods,
    log_odds_dropped_out,
    no_order_probability,
)
from training.learning.btyd import Rhythms, pareto_nbd, silence_probability

# Fader and Hardie's fit to 2,357 customers of CDNOW, in weeks.
CDNOW = ParetoNbd(r=0.553, alpha=10.578, s=0.606, beta=11.669)


def test_the_likelihood_is_that_of_the_hypergeometric_form():
    rng = np.random.default_rng(0)
    repeats = rng.integers(0, 60, 300).astype(float)
    age = rng.uniform(1, 100, 300)
    last_at = np.where(repeats > 0, age * rng.uniform(0, 1, 300), 0.0)
    for timing in (CDNOW, ParetoNbd(0.5, 20.0, 0.3, 2.0), ParetoNbd(2.0, 3.0, 0.9, 90.0)):
        theirs = pareto_nbd(np.log(timing), repeats, last_at, age)
        ours = log_likelihoods(timing, repeats, last_at, age)
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


def test_the_probability_of_no_order_is_that_of_the_hypergeometric_form():
    repeats = np.array([0.0, 1.0, 7.0, 40.0])
    last_at, age = np.array([0.0, 3.0, 20.0, 51.0]), np.array([30.0, 30.0, 35.0, 52.0])
    theirs = silence_probability(pareto_nbd, np.log(CDNOW), Rhythms(repeats, last_at, age), 13.0)
    for i in range(4):
        dropped_out = log_odds_dropped_out(CDNOW, repeats[i], last_at[i], age[i])
        assert no_order_probability(CDNOW, dropped_out, repeats[i], age[i], 13.0) == pytest.approx(
            theirs[i], abs=1e-12
        )


def test_expected_orders_are_the_rate_integrated_over_the_time_a_customer_stays():
    # Given alive, E[rate] * integral over t of P(still active at t): Fader and Hardie, 2005.
    repeats, last_at, age = 3.0, 20.0, 30.0
    dropped_out = log_odds_dropped_out(CDNOW, repeats, last_at, age)
    alive = 1 / (1 + math.exp(dropped_out))
    stays, _ = quad(lambda t: ((CDNOW.beta + age) / (CDNOW.beta + age + t)) ** CDNOW.s, 0, 39)
    expected = alive * (CDNOW.r + repeats) / (CDNOW.alpha + age) * stays
    assert expected_order_days(CDNOW, dropped_out, repeats, age, 39.0) == pytest.approx(
        expected, rel=1e-9
    )


def test_a_dropout_shape_of_one_is_not_a_special_case():
    near = [
        expected_order_days(ParetoNbd(0.5, 10.0, s, 12.0), 0.3, 2.0, 30.0, 20.0)
        for s in (1 - 1e-8, 1.0, 1 + 1e-8)
    ]
    assert near[0] == pytest.approx(near[1], rel=1e-6)
    assert near[2] == pytest.approx(near[1], rel=1e-6)


def test_thousands_of_orders_and_a_tiny_beta_stay_finite():
    for timing in (CDNOW, ParetoNbd(0.01, 1e-3, 5.0, 1e-4), ParetoNbd(30.0, 900.0, 1e-3, 1e4)):
        for repeats, last_at, age in ((3000.0, 900.0, 1000.0), (1.0, 1e-6, 4000.0), (0.0, 0, 1e-5)):
            dropped_out = log_odds_dropped_out(timing, repeats, last_at, age)
            orders = expected_order_days(timing, dropped_out, repeats, age, 365.0)
            assert math.isfinite(orders)
            assert orders >= 0
            assert 0 <= no_order_probability(timing, dropped_out, repeats, age, 365.0) <= 1
