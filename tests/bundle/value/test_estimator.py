import math
from dataclasses import replace

import numpy as np
import pytest

from app.bundle.value.closed_form import ORDER_COLUMNS
from app.bundle.value.estimator import ValueEstimator
from app.domain.churn import ChurnDefinition, ChurnKind
from app.features.catalogue import FEATURE_INDEX

NO_ORDER = ChurnDefinition(ChurnKind.ABSENCE, "order_placed", 90)
CANCELLED = ChurnDefinition(ChurnKind.CANCELLATION, "subscription_cancelled", 90)


def test_a_customer_who_certainly_stays_brings_no_less_than_one_who_may_have_left(rows, model):
    plain = replace(model, orders_rate=None, revenue_rate=None)
    rows = rows.copy()
    rows[:, ORDER_COLUMNS.orders] = rows[:, ORDER_COLUMNS.order_days] = 5
    rows[:, ORDER_COLUMNS.since_first] = 400
    rows[:, ORDER_COLUMNS.since_last] = np.linspace(1, 390, len(rows))
    estimated = plain.predict(rows, horizon_days=90)
    assert (estimated.revenue_12m_if_kept >= estimated.revenue_12m).all()
    # Silence says whether somebody is still a customer, not what a customer brings.
    alike = estimated.revenue_12m_if_kept / rows[:, ORDER_COLUMNS.order_amount]
    assert estimated.revenue_12m[-1] < 0.2 * estimated.revenue_12m_if_kept[-1]
    assert alike[-1] == pytest.approx(alike[0], rel=0.5)


@pytest.mark.parametrize("probability", [0.02, 0.3, 0.49, 0.51, 0.9])
def test_the_date_of_the_next_order_agrees_with_the_probability_of_none(rows, model, probability):
    """As likely to have come as not before the horizon, exactly where none is less likely."""
    estimated = ValueEstimator(model, NO_ORDER).estimate(rows, np.full(len(rows), probability))
    bought = rows[:, ORDER_COLUMNS.orders] > 0
    within = estimated.next_order_days[bought] <= 90  # False for NaN: more than a year away
    assert within.all() if probability < 0.5 else not within.any()


@pytest.mark.parametrize(("probability", "days"), [(0.0, 0.0), (1.0, math.nan)])
def test_certain_outcomes_have_a_date_too(rows, model, probability, days):
    estimated = ValueEstimator(model, NO_ORDER).estimate(rows, np.full(len(rows), probability))
    bought = rows[:, ORDER_COLUMNS.orders] > 0
    np.testing.assert_allclose(estimated.next_order_days[bought], days, atol=1e-6)


def test_where_churn_is_not_about_orders_the_date_is_that_of_the_rhythm(rows, model):
    estimated = ValueEstimator(model, CANCELLED).estimate(rows, np.full(len(rows), 0.9))
    alone = model.predict(rows, horizon_days=90)
    np.testing.assert_array_equal(estimated.next_order_days, alone.next_order_days)


def test_a_contract_adds_its_price_and_without_a_price_nothing_is_known(rows, model):
    rows = rows[:2].copy()
    contract = {
        "subscribed": 1,
        "subscription_age_days": 355,
        "days_to_renewal": 10,
        "plan_price": 30,
        "renewals_total": 11,
        "cancellations_total": 0,
    }
    for name, value in contract.items():
        rows[:, FEATURE_INDEX[name]] = value
    rows[0, ORDER_COLUMNS.orders] = 0
    rows[1, FEATURE_INDEX["plan_price"]] = math.nan
    estimated = ValueEstimator(model, CANCELLED).estimate(rows, np.zeros(2))
    without = ValueEstimator(None, CANCELLED).estimate(rows, np.zeros(2))
    assert estimated.revenue_12m[0] == pytest.approx(30 * 365 / 30.4375)
    assert np.isnan(estimated.revenue_12m[1])
    assert estimated.at_risk[0] == 0
    np.testing.assert_array_equal(without.revenue_12m, estimated.revenue_12m)
    assert np.isnan(without.orders).all()
