import numpy as np
import pytest

from training.learning.btyd import Rhythms, bg_nbd, fit_parameters, pareto_nbd, silence_probability


def test_one_customer_by_hand():
    """No repeat, r = a = b = alpha = 1: L = alpha / (alpha + T), by equation 6 with x = 0."""
    likelihood = bg_nbd(np.zeros(4), np.zeros(1), np.zeros(1), np.array([3.0]))

    assert np.exp(likelihood[0]) == pytest.approx(1 / 4)


@pytest.mark.parametrize("kind", [bg_nbd, pareto_nbd])
def test_silence_gets_less_likely_with_time_and_starts_at_certainty(kind):
    rhythms = Rhythms(np.array([0.0, 3.0]), np.array([0.0, 20.0]), np.array([30.0, 30.0]))
    parameters = np.log([0.5, 8.0, 0.8, 3.0])

    said = [silence_probability(kind, parameters, rhythms, t) for t in (0.0, 1.0, 10.0, 100.0)]

    assert np.allclose(said[0], 1.0)
    assert (np.diff(said, axis=0) < 0).all()


@pytest.mark.parametrize("kind", [bg_nbd, pareto_nbd])
def test_a_fit_foretells_the_silence_of_customers_who_never_leave(kind):
    rng = np.random.default_rng(0)
    rate, age = rng.gamma(1.0, 0.1, size=4000), np.full(4000, 40.0)
    repeats = rng.poisson(rate * age).astype(float)
    last_at = np.where(repeats > 0, age * rng.beta(np.maximum(repeats, 1), 1), 0.0)
    rhythms = Rhythms(repeats, last_at, age)

    said = silence_probability(kind, fit_parameters(kind, rhythms), rhythms, 10.0)

    assert said.mean() == pytest.approx(np.exp(-rate * 10.0).mean(), abs=0.02)


@pytest.mark.parametrize("kind", [bg_nbd, pareto_nbd])
def test_thousands_of_events_still_give_a_probability(kind):
    rhythms = Rhythms(np.array([5000.0]), np.array([39.9]), np.array([40.0]))

    said = silence_probability(kind, np.log([0.5, 8.0, 0.8, 3.0]), rhythms, 10.0)

    assert 0 <= said[0] <= 1
