"""How good probabilities are: the figures of the card."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from app.features.catalogue import FEATURE_INDEX

N_BINS = 10  # equal-count bins for the calibration error and the calibration table
LIFT_SHARE = 0.1
SMALLEST = 1e-6  # probabilities are kept this far from 0 and 1 before a logarithm is taken


@dataclass(frozen=True, slots=True)
class Metrics:
    """How probabilities met outcomes; churn is the positive class.

    Attributes
    ----------
    n : customers tested.
    base_rate, mean_probability : what happened, and what was said on average.
    auc : area under the ROC curve; NaN where only one class occurred.
    log_loss, brier : nats and squared error per customer, lower is better.
    ece : expected calibration error over ten bins of equal count.
    top_decile_lift : share of churned in the tenth said to be most at risk, over `base_rate`.
    """

    n: int
    base_rate: float
    mean_probability: float
    auc: float
    log_loss: float
    brier: float
    ece: float
    top_decile_lift: float

    def as_numbers(self) -> dict[str, float | None]:
        """Return the figures by name, rounded to what the sample can tell; None = not defined."""
        numbers = {name: float(value) for name, value in asdict(self).items()}
        return {k: round(v, 6) if np.isfinite(v) else None for k, v in numbers.items()}


def metrics_of(churned: NDArray[np.float64], probabilities: NDArray[np.float64]) -> Metrics:
    """Return the figures for probabilities (0 to 1) against outcomes (0 or 1), both shape (n,)."""
    safe = np.clip(probabilities, SMALLEST, 1 - SMALLEST)
    both = 0 < churned.mean() < 1
    return Metrics(
        n=len(churned),
        base_rate=float(churned.mean()),
        mean_probability=float(probabilities.mean()),
        auc=float(roc_auc_score(churned, probabilities)) if both else float("nan"),
        log_loss=float(log_loss(churned, safe, labels=[0, 1])),
        brier=float(np.mean((probabilities - churned) ** 2)),
        ece=expected_calibration_error(churned, probabilities),
        top_decile_lift=_top_decile_lift(churned, probabilities),
    )


def expected_calibration_error(
    churned: NDArray[np.float64], probabilities: NDArray[np.float64]
) -> float:
    """Return the mean distance of said and seen over ten equal-count bins, weighted by count."""
    misses = [n * abs(said - seen) for said, seen, n in _bins(churned, probabilities)]
    return float(sum(misses)) / len(churned)


def information_gain(churned: NDArray[np.float64], probabilities: NDArray[np.float64]) -> float:
    """Return by how much the log loss lies below that of the base rate, nats per customer."""
    base = np.full(len(churned), churned.mean())
    said = np.clip(probabilities, SMALLEST, 1 - SMALLEST)
    losses = [float(log_loss(churned, p, labels=[0, 1])) for p in (base, said)]
    return losses[0] - losses[1]


def calibration_table(
    churned: NDArray[np.float64], probabilities: NDArray[np.float64]
) -> list[tuple[float, float, int]]:
    """Return (mean probability said, share seen, customers) for ten bins of equal count."""
    return list(_bins(churned, probabilities))


def _bins(
    churned: NDArray[np.float64], probabilities: NDArray[np.float64]
) -> list[tuple[float, float, int]]:
    order = np.argsort(probabilities, kind="stable")
    return [
        (float(probabilities[rows].mean()), float(churned[rows].mean()), len(rows))
        for rows in np.array_split(order, min(N_BINS, len(order)))
    ]


def _top_decile_lift(churned: NDArray[np.float64], probabilities: NDArray[np.float64]) -> float:
    if churned.sum() == 0:
        return float("nan")
    top = np.argsort(-probabilities, kind="stable")[: max(1, round(LIFT_SHARE * len(churned)))]
    return float(churned[top].mean() / churned.mean())


RFM_BY_EVENT: Mapping[str, tuple[str, str, str]] = {
    "order_placed": ("days_since_order", "orders_total", "spend_total"),
    "login": ("days_since_login", "logins_90d", "feature_uses_90d"),
}
RFM_OTHERWISE = ("days_since_activity", "logins_90d", "spend_total")


def rfm_columns(event: str) -> list[int]:
    """Return the columns of recency, frequency and spend (or the nearest the event has)."""
    return [FEATURE_INDEX[name] for name in RFM_BY_EVENT.get(event, RFM_OTHERWISE)]


def rfm_logistic(features: NDArray[np.float64], churned: NDArray[np.float64]) -> Pipeline:
    """Return the baseline: a logistic regression on recency, frequency and spend, in logarithms.

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
