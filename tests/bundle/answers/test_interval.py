"""Intervals: the probability inside, wider where less is known, and no table that says nonsense."""

import numpy as np
import pytest
from scipy.special import expit

from app.bundle.answers.interval import Uncertainty, intervals_of, read_uncertainty
from app.bundle.json_object import JsonObject
from app.domain.errors import BundleRefused

NAMES = ("silence", "amount")
VALUES = {
    "coverage": 0.9,
    "common": 0.3,
    "history": "amount",
    "history_from": (2.0, 5.0),
    "knots": (-2.0, 0.0, 2.0),
    "below": ((0.9, 0.8, 0.9), (0.5, 0.4, 0.5), (0.0, 0.0, 0.1)),
    "above": ((1.9, 1.8, 1.9), (0.6, 0.5, 0.6), (0.0, 0.0, 0.2)),
}


def around(margins, amounts, **changes):
    margins = np.asarray(margins, dtype=float)
    features = np.column_stack([np.zeros(len(margins)), np.broadcast_to(amounts, margins.shape)])
    intervals = intervals_of(Uncertainty(**(VALUES | changes)), NAMES)
    return intervals.around(expit(margins), margins, features)


def test_the_probability_lies_between_the_ends():
    margins = np.linspace(-40, 40, 400)
    for amount in (0, 2, 5, np.nan):
        low, high = around(margins, amount)
        assert (low <= expit(margins)).all()
        assert (expit(margins) <= high).all()
        assert low.min() >= 0
        assert high.max() <= 1


def test_the_surest_interval_still_reaches_a_point_to_either_side():
    sure = ((0, 0, 0),) * 3
    low, high = around([-1.0, 1.3], 9.0, common=0.0, below=sure, above=sure)

    assert low == pytest.approx(expit([-1.0, 1.3]) - 0.01)
    assert high == pytest.approx(low + 0.02)


def test_between_knots_the_spread_lies_on_a_line():
    low, high = around([1.0], 5.0)

    assert low == pytest.approx(expit(1.0 - 1.6448536 * np.hypot(0.3, 0.05)))
    assert high == pytest.approx(expit(1.0 + 1.6448536 * np.hypot(0.3, 0.1)))


def test_the_less_is_known_the_wider():
    widths = [high - low for low, high in (around([0.4], amount) for amount in (np.nan, 2, 5))]

    assert widths[0] > widths[1] > widths[2]


def test_one_customer_has_the_interval_that_it_has_among_many():
    margins = np.linspace(-3, 3, 50)
    low, high = around(margins, 3.0)
    for i, margin in enumerate(margins):
        assert np.array(around([margin], 3.0)).ravel().tolist() == [low[i], high[i]]


def test_what_is_written_is_what_is_read():
    uncertainty = Uncertainty(**VALUES)

    assert read_uncertainty(JsonObject(uncertainty.as_json(), "here")) == uncertainty


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"coverage": 1.0}, "between 0 and 1"),
        ({"common": -0.1}, "spread"),
        ({"knots": (0.0, 0.0, 2.0)}, "ascending"),
        ({"history_from": (2.0,)}, "rows"),
        ({"below": ((0.9, 0.8),) * 3}, "columns"),
        ({"above": ((30.0, 1.0, 1.0),) * 3}, "spread"),
    ],
)
def test_a_table_that_makes_no_sense_cannot_be_built(changes, complaint):
    with pytest.raises(ValueError, match=complaint):
        Uncertainty(**(VALUES | changes))


def test_a_history_that_is_no_feature_is_refused():
    with pytest.raises(ValueError, match="'orders'"):
        intervals_of(Uncertainty(**(VALUES | {"history": "orders"})), NAMES)


def test_a_row_that_is_no_list_is_refused_by_name():
    with pytest.raises(BundleRefused, match="above"):
        read_uncertainty(JsonObject(Uncertainty(**VALUES).as_json() | {"above": [1, 2, 3]}, "here"))
