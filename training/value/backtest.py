"""Forecasts of value as they would have been made earlier, held against what came later."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.bundle.value.estimator import value_estimator
from app.domain.churn import ChurnDefinition
from app.domain.moments import from_micros
from app.features.history import History
from training.dataset.snapshots import Window
from training.testing.holdout import Holdout
from training.value.buyers import buyers_at, outcomes_in
from training.value.fit import fit_value
from training.value.value_metrics import ValueMetrics, value_metrics_of

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ValueBacktest:
    """How forecasts did on a window that nothing was learned from.

    Attributes
    ----------
    window : when they were made, and how far ahead they looked.
    n_buyers : who had ordered before it.
    orders, revenue : figures of the forecasts; None where there was none, or nothing happened.
    values : float64 array of shape (n,)
        What each customer of the churn test was said to bring in 12 months if kept, NaN = not
        known.
    """

    window: Window
    n_buyers: int
    orders: ValueMetrics | None
    revenue: ValueMetrics | None
    values: Numbers


def backtest_value(
    known: History, churn: ChurnDefinition, tested: Holdout, *, seed: int
) -> ValueBacktest | None:
    """Return how value would have been foreseen at the beginning of the tested window.

    Everything is fitted again from what was known then. None where nothing could be foreseen.
    """
    window = tested.window
    model = fit_value(known, until=from_micros(window.as_of), seed=seed)
    value = value_estimator(model, churn)
    if value is None:
        return None
    said = value.estimate(tested.features, tested.said)
    buyers, features = buyers_at(known, as_of=window.as_of)
    if model is None or not len(buyers):
        return ValueBacktest(window, len(buyers), None, None, said.revenue_12m_if_kept)
    forecast = model.predict(features, horizon_days=window.days)
    happened = outcomes_in(known, window, buyers)
    return ValueBacktest(
        window,
        len(buyers),
        _figures(happened.orders, forecast.orders),
        _figures(happened.revenue, forecast.revenue),
        said.revenue_12m_if_kept,
    )


def _figures(happened: Numbers, forecast: Numbers) -> ValueMetrics | None:
    told = np.isfinite(forecast)
    if not happened[told].sum() > 0:
        return None
    return value_metrics_of(happened[told], forecast[told])
