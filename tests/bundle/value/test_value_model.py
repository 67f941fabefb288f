import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bundle.value.closed_form import ORDER_COLUMNS
from app.bundle.value.correction import Correction
from app.bundle.value.pareto_nbd import ParetoNbd
from app.bundle.value.value_model import ValueModel
from app.features.catalogue import FEATURE_NAMES
from tests.bundle.value.models import LEARNED, a_value_model, buyer, buyers


def test_there_is_no_date_if_silence_is_likelier_than_an_order_for_a_year():
    lapsed = a_value_model().predict(np.array([buyer(since_last=199.0)]), horizon_days=365)
    assert np.isnan(lapsed.next_order_days[0])
    lively = a_value_model().predict(np.array([buyer(30.0, 30.0, 200.0, 3.0)]), horizon_days=365)
    assert 0 < lively.next_order_days[0] < 30


def test_one_customer_has_the_forecast_that_it_has_among_many():
    rows = buyers(200)
    many = a_value_model().predict(rows, horizon_days=90)
    for i, row in enumerate(rows):
        alone = a_value_model().predict(row[np.newaxis], horizon_days=90)
        for name in ("orders", "revenue", "next_order_days"):
            assert getattr(alone, name)[0].tobytes() == getattr(many, name)[i].tobytes()


def test_a_prediction_leaves_the_features_as_they_were():
    rows = buyers(20)
    before = rows.copy()
    a_value_model().predict(rows, horizon_days=90)
    np.testing.assert_array_equal(rows, before)


def test_a_customer_who_never_ordered_has_no_forecast():
    never = np.full((1, len(FEATURE_NAMES)), np.nan)
    never[0, ORDER_COLUMNS.orders] = 0
    forecast = a_value_model().predict(never, horizon_days=365)
    assert np.isnan([forecast.orders[0], forecast.revenue[0], forecast.next_order_days[0]]).all()


def test_without_amounts_there_is_no_revenue_but_there_are_orders():
    row = np.array([buyer(amount=np.nan)])
    assert np.isnan(a_value_model().predict(row, horizon_days=365).revenue[0])
    assert a_value_model().predict(row, horizon_days=365).orders[0] > 0
    no_money = a_value_model(spending=None).predict(np.array([buyer()]), horizon_days=365)
    assert np.isnan(no_money.revenue[0])
    assert no_money.orders[0] > 0


def test_refunded_amounts_do_not_make_revenue_negative():
    forecast = a_value_model().predict(np.array([buyer(amount=-50.0)]), horizon_days=365)
    assert forecast.revenue[0] >= 0


@given(
    repeats=st.integers(0, 200),
    age=st.floats(0.01, 3000),
    recency=st.floats(0, 1),
    shorter=st.floats(1, 300),
)
def test_a_longer_horizon_never_holds_fewer_orders(repeats, age, recency, shorter):
    rows = np.array([buyer(repeats + 1.0, repeats + 1.0, age, age * recency if repeats else age)])
    short = a_value_model().predict(rows, horizon_days=shorter)
    long = a_value_model().predict(rows, horizon_days=shorter * 1.5)
    assert 0 <= short.orders[0] <= long.orders[0]
    assert 0 <= short.revenue[0] <= long.revenue[0]


def test_no_customer_is_corrected_by_more_than_a_factor_of_five():
    wild = a_value_model(orders=Correction((90.0,) * 6, 0.0, 0.0), revenue=LEARNED)
    plain = a_value_model(orders=Correction((0.0,) * 6, 0.0, 0.0))
    rows = buyers(50)
    share = wild.predict(rows, horizon_days=90).orders / plain.predict(rows, horizon_days=90).orders
    assert share.max() <= 5 + 1e-9
    assert share.min() >= 0.2 - 1e-9


@pytest.mark.parametrize("days", [0, -1, math.nan, math.inf])
def test_a_horizon_must_be_finite_and_above_0_days(days):
    with pytest.raises(ValueError, match="horizon"):
        a_value_model().predict(buyers(1), horizon_days=days)


@pytest.mark.parametrize("numbers", [(1e300, 1.0, 1.0, 1.0), (1.0, 1.0, 1e300, 1.0)])
def test_parameters_whose_integral_would_never_end_are_refused(numbers):
    with pytest.raises(ValueError, match="1e-12 to 1e\\+12"):
        ValueModel(ParetoNbd(*numbers), None, reference_days=90.0)
