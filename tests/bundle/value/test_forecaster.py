"""Orders, revenue and the next order, from numbers alone."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from app.bundle.json_object import parse_json_object
from app.bundle.value.forecaster import COLUMNS, ValueModel, numbers_of, read_value
from app.bundle.value.kernels import Correction, Spending, expected_amount
from app.bundle.value.pareto_nbd import (
    Timing,
    expected_order_days,
    log_likelihoods_of,
    log_odds_gone,
    median_wait,
    silence,
)
from app.domain.errors import BundleRefused
from app.features.catalogue import FEATURE_NAMES
from training.learning.btyd import Rhythms, pareto_nbd, silence_probability

# Fader and Hardie's fit to 2,357 customers of CDNOW, in weeks.
CDNOW = Timing(r=0.553, alpha=10.578, s=0.606, beta=11.669)
LEARNED = Correction((0.1, -0.2, 0.05, 0.3, -0.4, -0.1), 0.2, 0.03)


def model(**changes) -> ValueModel:
    values = {
        "timing": Timing(0.6, 75.0, 0.6, 80.0),
        "spending": Spending(6.0, 3.7, 15.0),
        "reference_days": 365.0,
        "orders": LEARNED,
        "revenue": LEARNED,
    }
    return ValueModel(**(values | changes))


def buyer(orders=5.0, order_days=4.0, since_first=200.0, since_last=20.0, amount=40.0):
    row = np.full(len(FEATURE_NAMES), np.nan)
    row[list(COLUMNS)] = orders, order_days, since_first, since_last, amount
    return row


def buyers(n: int) -> np.ndarray:
    rng = np.random.default_rng(3)
    first = rng.uniform(1, 900, n)
    days = rng.integers(1, 60, n).astype(float)
    last = np.where(days > 1, first * rng.uniform(0, 1, n), first)
    amounts = rng.gamma(2, 20, n)
    rows = [
        buyer(*row) for row in zip(days + rng.integers(0, 3, n), days, first, last, amounts,
                                   strict=True)
    ]  # fmt: skip  # one row per buyer reads better
    return np.array(rows)


def test_the_likelihood_is_that_of_the_hypergeometric_form():
    rng = np.random.default_rng(0)
    repeats = rng.integers(0, 60, 300).astype(float)
    age = rng.uniform(1, 100, 300)
    last_at = np.where(repeats > 0, age * rng.uniform(0, 1, 300), 0.0)
    for timing in (CDNOW, Timing(0.5, 20.0, 0.3, 2.0), Timing(2.0, 3.0, 0.9, 90.0)):
        theirs = pareto_nbd(np.log(timing), repeats, last_at, age)
        ours = log_likelihoods_of(timing, repeats, last_at, age)
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


def test_silence_is_that_of_the_hypergeometric_form():
    repeats = np.array([0.0, 1.0, 7.0, 40.0])
    last_at, age = np.array([0.0, 3.0, 20.0, 51.0]), np.array([30.0, 30.0, 35.0, 52.0])
    theirs = silence_probability(pareto_nbd, np.log(CDNOW), Rhythms(repeats, last_at, age), 13.0)
    for i in range(4):
        gone = log_odds_gone(CDNOW, repeats[i], last_at[i], age[i])
        assert silence(CDNOW, gone, repeats[i], age[i], 13.0) == pytest.approx(theirs[i], abs=1e-12)


def test_orders_to_come_add_up_the_rate_over_the_time_a_customer_stays():
    # Given alive, E[rate] * integral over t of P(still active at t): Fader and Hardie, 2005.
    repeats, last_at, age = 3.0, 20.0, 30.0
    gone = log_odds_gone(CDNOW, repeats, last_at, age)
    alive = 1 / (1 + math.exp(gone))
    stays, _ = quad(lambda t: ((CDNOW.beta + age) / (CDNOW.beta + age + t)) ** CDNOW.s, 0, 39)
    expected = alive * (CDNOW.r + repeats) / (CDNOW.alpha + age) * stays
    assert expected_order_days(CDNOW, gone, repeats, age, 39.0) == pytest.approx(expected, rel=1e-9)


def test_dropping_out_at_rate_shape_one_is_no_special_case():
    near = [
        expected_order_days(Timing(0.5, 10.0, s, 12.0), 0.3, 2.0, 30.0, 20.0)
        for s in (1 - 1e-8, 1.0, 1 + 1e-8)
    ]
    assert near[0] == pytest.approx(near[1], rel=1e-6)
    assert near[2] == pytest.approx(near[1], rel=1e-6)


def test_thousands_of_orders_and_a_tiny_beta_stay_finite():
    for timing in (CDNOW, Timing(0.01, 1e-3, 5.0, 1e-4), Timing(30.0, 900.0, 1e-3, 1e4)):
        for repeats, last_at, age in ((3000.0, 900.0, 1000.0), (1.0, 1e-6, 4000.0), (0.0, 0, 1e-5)):
            gone = log_odds_gone(timing, repeats, last_at, age)
            orders = expected_order_days(timing, gone, repeats, age, 365.0)
            assert math.isfinite(orders)
            assert orders >= 0
            assert 0 <= silence(timing, gone, repeats, age, 365.0) <= 1


def test_by_the_median_date_half_have_ordered():
    gone = log_odds_gone(CDNOW, 9.0, 37.0, 39.0)
    wait = median_wait(CDNOW, gone, 9.0, 39.0, 365.0, 0.5)
    assert silence(CDNOW, gone, 9.0, 39.0, wait) == pytest.approx(0.5, abs=1e-9)


def test_there_is_no_date_where_silence_is_likelier_for_a_year():
    lapsed = model().predict(np.array([buyer(since_last=199.0)]), horizon_days=365)
    assert np.isnan(lapsed.next_order_days[0])
    lively = model().predict(np.array([buyer(30.0, 30.0, 200.0, 3.0)]), horizon_days=365)
    assert 0 < lively.next_order_days[0] < 30


def test_an_amount_lies_between_the_own_mean_and_that_of_all():
    spending = Spending(p=6.0, q=4.0, v=15.0)  # all together: 6 * 15 / 3 = 30
    assert expected_amount(spending, 0.0, 0.0) == pytest.approx(30.0)
    # Fader and Hardie 2013, equation 5: weight of one's own mean 6 * 2 / (6 * 2 + 3) = 0.8.
    assert expected_amount(spending, 2.0, 80.0) == pytest.approx(0.2 * 30 + 0.8 * 80)


def test_one_customer_equals_its_row_of_many():
    rows = buyers(200)
    many = model().predict(rows, horizon_days=90)
    for i, row in enumerate(rows):
        alone = model().predict(row[np.newaxis], horizon_days=90)
        for name in ("orders", "revenue", "next_order_days"):
            assert getattr(alone, name)[0].tobytes() == getattr(many, name)[i].tobytes()


def test_a_prediction_leaves_the_features_as_they_were():
    rows = buyers(20)
    before = rows.copy()
    model().predict(rows, horizon_days=90)
    np.testing.assert_array_equal(rows, before)


def test_who_never_ordered_gets_no_numbers():
    never = np.full((1, len(FEATURE_NAMES)), np.nan)
    never[0, COLUMNS.orders] = 0
    said = model().predict(never, horizon_days=365)
    assert np.isnan([said.orders[0], said.revenue[0], said.next_order_days[0]]).all()


def test_without_amounts_there_is_no_revenue_but_there_are_orders():
    row = np.array([buyer(amount=np.nan)])
    assert np.isnan(model().predict(row, horizon_days=365).revenue[0])
    assert model().predict(row, horizon_days=365).orders[0] > 0
    no_money = model(spending=None).predict(np.array([buyer()]), horizon_days=365)
    assert np.isnan(no_money.revenue[0])
    assert no_money.orders[0] > 0


def test_refunded_amounts_do_not_make_revenue_negative():
    said = model().predict(np.array([buyer(amount=-50.0)]), horizon_days=365)
    assert said.revenue[0] >= 0


@given(
    repeats=st.integers(0, 200),
    age=st.floats(0.01, 3000),
    recency=st.floats(0, 1),
    shorter=st.floats(1, 300),
)
def test_a_longer_horizon_never_holds_fewer_orders(repeats, age, recency, shorter):
    rows = np.array([buyer(repeats + 1.0, repeats + 1.0, age, age * recency if repeats else age)])
    short = model().predict(rows, horizon_days=shorter)
    long = model().predict(rows, horizon_days=shorter * 1.5)
    assert 0 <= short.orders[0] <= long.orders[0]
    assert 0 <= short.revenue[0] <= long.revenue[0]


def test_a_stranger_is_moved_by_no_more_than_five_times_either_way():
    wild = model(orders=Correction((90.0,) * 6, 0.0, 0.0), revenue=LEARNED)
    plain = model(orders=Correction((0.0,) * 6, 0.0, 0.0))
    rows = buyers(50)
    share = wild.predict(rows, horizon_days=90).orders / plain.predict(rows, horizon_days=90).orders
    assert share.max() <= 5 + 1e-9
    assert share.min() >= 0.2 - 1e-9


@pytest.mark.parametrize("changes", [{}, {"spending": None}])
def test_the_numbers_go_through_json_and_back(changes):
    written = json.dumps(numbers_of(model(**changes)), allow_nan=False).encode()
    assert read_value(
        parse_json_object(written, source="value"), orders_text=None, revenue_text=None
    ) == model(**changes)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("timing", "r"), 0.0),
        (("timing", "alpha"), "much"),
        (("spending", "q"), 1.0),
        (("orders", "weights"), [0.1]),
        (("orders", "surprise"), 1.0),
        (("reference_days",), -1.0),
    ],
)
def test_numbers_out_of_range_are_refused(path, value):
    numbers = json.loads(json.dumps(numbers_of(model())))
    inner = numbers
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(BundleRefused):
        read_value(
            parse_json_object(json.dumps(numbers).encode(), source="value"),
            orders_text=None,
            revenue_text=None,
        )


def test_a_missing_field_is_refused_by_name():
    numbers = dict(numbers_of(model()))
    del numbers["spending"]
    with pytest.raises(BundleRefused, match="spending"):
        read_value(
            parse_json_object(json.dumps(numbers).encode(), source="value"),
            orders_text=None,
            revenue_text=None,
        )


@pytest.mark.parametrize("days", [0, -1, math.nan, math.inf])
def test_a_horizon_must_be_some_days(days):
    with pytest.raises(ValueError, match="horizon"):
        model().predict(buyers(1), horizon_days=days)


@pytest.mark.parametrize("numbers", [(1e300, 1.0, 1.0, 1.0), (1.0, 1.0, 1e300, 1.0)])
def test_rates_whose_integral_would_never_end_are_refused(numbers):
    with pytest.raises(ValueError, match="1e-12 to 1e\\+12"):
        ValueModel(Timing(*numbers), None, reference_days=90.0)
