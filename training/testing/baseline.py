"""The baseline that every test is read against: recency, frequency and spend."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from app.features.catalogue import FEATURE_INDEX

RFM_BY_EVENT: Mapping[str, tuple[str, str, str]] = {
    "order_placed": ("days_since_order", "orders_total", "spend_total"),
    "login": ("days_since_login", "logins_90d", "feature_uses_90d"),
}
RFM_OTHERWISE = ("days_since_activity", "logins_90d", "spend_total")


def rfm_columns(event: str) -> list[int]:
    """Return the columns of recency, frequency and spend, or of what comes nearest to them."""
    return [FEATURE_INDEX[name] for name in RFM_BY_EVENT.get(event, RFM_OTHERWISE)]


def rfm_logistic(features: NDArray[np.float64], churned: NDArray[np.float64]) -> Pipeline:
    """Return the baseline: a logistic regression on the logarithms of recency, frequency and spend.

    Parameters
    ----------
    features : float64 array of shape (n, 3)
        Columns of `rfm_columns`, passed through `as_rfm`.
    """
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(features, churned)


def as_rfm(features: NDArray[np.float64], event: str) -> NDArray[np.float64]:
    """Return recency, frequency and spend as ``log(1 + value)``, shape (n, 3); missing reads 0."""
    chosen = np.nan_to_num(features[:, rfm_columns(event)], nan=0.0)
    return np.asarray(np.log1p(np.maximum(chosen, 0.0)), dtype=np.float64)
