import numpy as np
import pytest
from scipy.special import expit

from app.bundle.answers.interval import build_intervals
from app.bundle.answers.uncertainty import Uncertainty
from tests.bundle.answers.uncertainties import UNCERTAINTY_VALUES

NAMES = ("silence", "amount")


def around(margins, amounts, **changes):
    margins = np.asarray(margins, dtype=float)
    features = np.column_stack([np.zeros(len(margins)), np.broadcast_to(amounts, margins.shape)])
    intervals = build_intervals(Uncertainty(**(UNCERTAINTY_VALUES | changes)), NAMES)
    return intervals.around(expit(margins), margins, features)


def test_the_probability_lies_between_the_ends():
    margins = np.linspace(-40, 40, 400)
    for amount in (0, 2, 5, np.nan):
        low, high = around(margins, amount)
        assert (low <= expit(margins)).all()
        assert (expit(margins) <= high).all()
        assert low.min() >= 0
        assert high.max() <= 1


def test_the_narrowest_interval_still_reaches_one_point_to_either_side():
    certain = ((0, 0, 0),) * 3
    low, high = around([-1.0, 1.3], 9.0, shared_deviation=0.0, below=certain, above=certain)

    assert low == pytest.approx(expit([-1.0, 1.3]) - 0.01)
    assert high == pytest.approx(low + 0.02)


def test_between_knots_the_deviation_is_interpolated():
    low, high = around([1.0], 5.0)

    assert low == pytest.approx(expit(1.0 - 1.6448536 * np.hypot(0.3, 0.05)))
    assert high == pytest.approx(expit(1.0 + 1.6448536 * np.hypot(0.3, 0.1)))


def test_less_history_makes_a_wider_interval():
    widths = [high - low for low, high in (around([0.4], amount) for amount in (np.nan, 2, 5))]

    assert widths[0] > widths[1] > widths[2]


def test_one_customer_has_the_interval_that_it_has_among_many():
    margins = np.linspace(-3, 3, 50)
    low, high = around(margins, 3.0)
    for i, margin in enumerate(margins):
        assert np.array(around([margin], 3.0)).ravel().tolist() == [low[i], high[i]]


def test_a_history_that_is_not_a_feature_is_refused():
    with pytest.raises(ValueError, match="'orders'"):
        build_intervals(Uncertainty(**(UNCERTAINTY_VALUES | {"history_feature": "orders"})), NAMES)
