"""Forecasts of value as they would have been made earlier, compared with what came."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.bundle.value.estimator import value_estimator
from app.domain.moments import from_micros
from training.dataset.snapshots import Window
from training.run import TrainingRun
from training.testing.holdout import Holdout
from training.value.buyers import buyers_at, outcomes_in
from training.value.fit import fit_value
from training.value.value_metrics import ValueMetrics, metrics_where_known

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ValueBacktest:
    """How forecasts did in a window that nothing was learned from.

    Attributes
    ----------
    window : forecasts were made when it opened, and reach until it closes.
    n_buyers : how many customers had ordered before it.
    orders, revenue : metrics of the forecasts; None where there was none, or nothing happened.
    values : float64 array of shape (n,)
        What each customer of the churn test was expected to bring in 12 months if kept, NaN = not
        known.
    """

    window: Window
    n_buyers: int
    orders: ValueMetrics | None
    revenue: ValueMetrics | None
    values: Numbers


def backtest_value(run: TrainingRun, holdout: Holdout) -> ValueBacktest | None:
    """Return how value would have been predicted when the window of the churn test opened.

    Everything is fitted again on what was known then. None where nothing could be predicted.
    """
    window = holdout.window
    model = fit_value(run.known, until=from_micros(window.as_of), seed=run.seed)
    value = value_estimator(model, run.churn)
    if value is None:
        return None
    values = value.estimate(holdout.features, holdout.predicted).revenue_12m_if_kept
    buyers, features = buyers_at(run.known, as_of=window.as_of)
    if model is None or not len(buyers):
        return ValueBacktest(window, len(buyers), None, None, values)
    forecast = model.predict(features, horizon_days=window.days)
    happened = outcomes_in(run.known, window, buyers)
    return ValueBacktest(
        window,
        len(buyers),
        metrics_where_known(happened.orders, forecast.orders),
        metrics_where_known(happened.revenue, forecast.revenue),
        values,
    )
