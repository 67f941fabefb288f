"""From a history to forecasts that hold."""

import json
from dataclasses import replace

import lightgbm as lgb
import numpy as np
import pytest

from app.bundle.json_object import parse_json_object
from app.bundle.value.value_model_json import encode_value_model, read_value_model
from app.domain.errors import BundleRefused
from app.domain.moments import from_micros
from tests.training.shops import DAY, UNTIL, UNTIL_MICROS, shop
from training.dataset.history_slices import known_before
from training.dataset.snapshots import Window
from training.value import fit_value
from training.value.buyers import buyers_at, outcomes_in
from training.value.value_metrics import value_metrics_of

N_DAYS = 90


@pytest.fixture(scope="module")
def history():
    return shop(n_customers=700)


@pytest.fixture(scope="module")
def model(history):
    return fit_value(history, until=UNTIL)


def test_the_future_changes_nothing(history, model):
    past = known_before(history, moment=UNTIL_MICROS)
    assert fit_value(past, until=UNTIL) == model


def test_what_was_received_later_changes_nothing(history, model):
    last = history.starts[1:] - 1
    late = history.received_at.copy()
    late[last] = UNTIL_MICROS
    moved = history.occurred_at.copy()
    moved[last] = np.maximum(moved[last - 1], UNTIL_MICROS - 5 * DAY)
    before = history.occurred_at[last] >= UNTIL_MICROS
    rows = last[before & (np.diff(history.starts) > 1)]
    assert len(rows) > 50
    occurred_at, received_at = history.occurred_at.copy(), history.received_at.copy()
    occurred_at[rows], received_at[rows] = moved[rows], late[rows]
    delayed = replace(history, occurred_at=occurred_at, received_at=received_at)
    assert fit_value(delayed, until=UNTIL) == model


def test_orders_and_revenue_rank_buyers_and_add_up(history, model):
    buyers, features = buyers_at(history, as_of=UNTIL_MICROS)
    happened = outcomes_in(history, Window(UNTIL_MICROS, UNTIL_MICROS + N_DAYS * DAY), buyers)
    predicted = model.predict(features, horizon_days=N_DAYS)
    orders = value_metrics_of(happened.orders, predicted.orders)
    revenue = value_metrics_of(happened.revenue, predicted.revenue)
    assert orders.spearman > 0.4
    assert revenue.spearman > 0.4
    assert abs(orders.total_bias) < 0.15
    assert abs(revenue.total_bias) < 0.2


def test_half_of_the_customers_order_by_the_date_that_is_predicted(history, model):
    buyers, features = buyers_at(history, as_of=UNTIL_MICROS)
    dates = model.predict(features, horizon_days=N_DAYS).next_order_days
    within = np.flatnonzero(dates <= 60)
    come = [
        outcomes_in(
            history,
            Window(UNTIL_MICROS, UNTIL_MICROS + int(dates[i] * DAY)),
            buyers[i : i + 1],
        ).orders[0]
        > 0
        for i in within
    ]
    assert np.mean(come) == pytest.approx(0.5, abs=0.12)


def test_another_unit_of_money_gives_the_same_orders_and_scaled_revenue(history, model):
    dearer = replace(history, amount=history.amount * 128)
    other = fit_value(dearer, until=UNTIL)
    _, features = buyers_at(history, as_of=UNTIL_MICROS)
    _, scaled = buyers_at(dearer, as_of=UNTIL_MICROS)
    here = model.predict(features, horizon_days=365)
    there = other.predict(scaled, horizon_days=365)
    np.testing.assert_allclose(there.orders.sum(), here.orders.sum(), rtol=0.01)
    np.testing.assert_allclose(there.revenue.sum(), here.revenue.sum() * 128, rtol=0.01)
    assert np.corrcoef(there.revenue, here.revenue)[0, 1] > 0.99


def test_no_revenue_is_predicted_where_amounts_are_missing(history):
    rng = np.random.default_rng(0)
    gaps = replace(
        history, amount=np.where(rng.random(history.n_events) < 0.3, np.nan, history.amount)
    )
    blind = fit_value(gaps, until=UNTIL)
    _, features = buyers_at(gaps, as_of=UNTIL_MICROS)
    predicted = blind.predict(features, horizon_days=365)
    assert blind.spending is None
    assert np.isnan(predicted.revenue).all()
    assert np.isfinite(predicted.orders).all()


def test_few_buyers_and_no_orders_give_no_model(history):
    assert fit_value(shop(n_customers=60), until=UNTIL) is None
    assert fit_value(history, until=from_micros(int(history.occurred_at.min()))) is None


def test_too_young_a_log_forecasts_by_the_closed_form_alone(history):
    start = int(history.occurred_at.min())
    young = fit_value(shop(n_customers=4000), until=from_micros(start + 27 * DAY))
    assert young is not None
    assert set(young.orders.weights) == {0.0}


def test_the_model_goes_through_a_manifest_and_two_texts(history, model):
    written = json.dumps(encode_value_model(model), allow_nan=False).encode()
    read = read_value_model(
        parse_json_object(written, source="value"),
        orders_text=model.orders_rate.text,
        revenue_text=model.revenue_rate.text,
    )
    _, features = buyers_at(history, as_of=UNTIL_MICROS)
    here, there = (m.predict(features, horizon_days=90) for m in (model, read))
    assert read == model
    assert there.revenue.tobytes() == here.revenue.tobytes()


def test_one_buyer_equals_its_row_of_many_with_boosters_too(history, model):
    _, features = buyers_at(history, as_of=UNTIL_MICROS)
    many = model.predict(features, horizon_days=90)
    for i in range(40):
        alone = model.predict(features[i : i + 1], horizon_days=90)
        assert alone.orders[0] == many.orders[i]
        assert alone.revenue[0] == many.revenue[i]


def test_boosters_answer_as_lightgbm_does(history, model):
    _, features = buyers_at(history, as_of=UNTIL_MICROS)
    rate = model.orders_rate
    closed = replace(model, orders_rate=None).predict(features, horizon_days=90).orders
    raw = lgb.Booster(model_str=rate.text).predict(features, raw_score=True)
    expected = closed + rate.share * (90 * rate.per_day * np.exp(raw) - closed)
    np.testing.assert_allclose(
        model.predict(features, horizon_days=90).orders, expected, rtol=1e-12
    )


def test_a_missing_booster_is_refused(model):
    fields = parse_json_object(json.dumps(encode_value_model(model)).encode(), source="value")
    with pytest.raises(BundleRefused, match="orders_rate"):
        read_value_model(fields, orders_text=None, revenue_text=model.revenue_rate.text)
