"""How good probabilities are, held against what happened; NumPy alone, for training and service."""

from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

N_BINS: Final = 10  # equal-count bins for the calibration error and the calibration table
LIFT_SHARE: Final = 0.1
SMALLEST: Final = 1e-6  # probabilities are kept this far from 0 and 1 before a logarithm is taken


@dataclass(frozen=True, slots=True)
class Metrics:
    """How probabilities met outcomes; churn is the positive class.

    Attributes
    ----------
    n : customers tested.
    base_rate, mean_probability : what happened, and what was said on average.
    auc : area under the ROC curve; NaN where only one class occurred.
    average_precision : area under the precision-recall curve, by steps; NaN where nobody churned.
    log_loss, brier : nats and squared error per customer, lower is better.
    ece : expected calibration error over ten bins of equal count.
    top_decile_lift : share of churned in the tenth said to be most at risk, over `base_rate`.
    """

    n: int
    base_rate: float
    mean_probability: float
    auc: float
    average_precision: float
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
    order = riskiest_first(probabilities)
    return metrics_of_sorted(churned[order], probabilities[order])


def riskiest_first(probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the order from the highest to the lowest probability; equal ones stay as they were."""
    return np.argsort(-probabilities, kind="stable").astype(np.int64)


def metrics_of_sorted(churned: NDArray[np.float64], probabilities: NDArray[np.float64]) -> Metrics:
    """Return the figures of rows that stand in the order of `riskiest_first` already."""
    n, n_churned = len(churned), float(churned.sum())
    n_top = max(1, round(LIFT_SHARE * n))
    ends, hits = _hits_by_value(churned, probabilities)
    return Metrics(
        n=n,
        base_rate=n_churned / n,
        mean_probability=float(probabilities.mean()),
        auc=_auc(ends, hits),
        average_precision=_average_precision(ends, hits),
        log_loss=log_loss(churned, probabilities),
        brier=float(np.mean((probabilities - churned) ** 2)),
        ece=_ece(churned, probabilities),
        top_decile_lift=(
            float(churned[:n_top].mean()) * n / n_churned if n_churned else float("nan")
        ),
    )


def auc(churned: NDArray[np.float64], probabilities: NDArray[np.float64]) -> float:
    """Return the area under the ROC curve; NaN where only one class occurred."""
    order = riskiest_first(probabilities)
    return _auc(*_hits_by_value(churned[order], probabilities[order]))


def losses_of(
    churned: NDArray[np.float64], probabilities: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return each customer's log loss in nats, shape (n,)."""
    safe = np.clip(probabilities, SMALLEST, 1 - SMALLEST)
    return np.asarray(-np.where(churned > 0, np.log(safe), np.log1p(-safe)), dtype=np.float64)


def log_loss(churned: NDArray[np.float64], probabilities: NDArray[np.float64]) -> float:
    """Return the mean log loss, nats per customer."""
    return float(losses_of(churned, probabilities).mean())


def expected_calibration_error(
    churned: NDArray[np.float64], probabilities: NDArray[np.float64]
) -> float:
    """Return the mean distance of said and seen over ten equal-count bins, weighted by count."""
    order = riskiest_first(probabilities)
    return _ece(churned[order], probabilities[order])


def calibration_table(
    churned: NDArray[np.float64], probabilities: NDArray[np.float64]
) -> list[tuple[float, float, int]]:
    """Return (mean probability said, share seen, customers), ten bins of equal count, low first."""
    order = riskiest_first(probabilities)
    return _bins(churned[order], probabilities[order])


def information_gain(churned: NDArray[np.float64], probabilities: NDArray[np.float64]) -> float:
    """Return by how much the log loss lies below that of the base rate, nats per customer."""
    base = np.full(len(churned), churned.mean())
    return log_loss(churned, base) - log_loss(churned, probabilities)


def _hits_by_value(
    churned: NDArray[np.float64], probabilities: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return customers, and churned customers, down to the end of each distinct probability."""
    ends = np.append(np.flatnonzero(np.diff(probabilities)), len(probabilities) - 1)
    return (ends + 1).astype(np.float64), np.cumsum(churned)[ends]


def _auc(ends: NDArray[np.float64], hits: NDArray[np.float64]) -> float:
    misses = ends - hits
    if hits[-1] == 0 or misses[-1] == 0:
        return float("nan")
    area = np.trapezoid(np.append(0.0, hits), np.append(0.0, misses))
    return float(area / (hits[-1] * misses[-1]))


def _average_precision(ends: NDArray[np.float64], hits: NDArray[np.float64]) -> float:
    if hits[-1] == 0:
        return float("nan")
    return float(np.sum(np.diff(hits, prepend=0.0) * hits / ends) / hits[-1])


def _ece(churned: NDArray[np.float64], probabilities: NDArray[np.float64]) -> float:
    misses = [n * abs(said - seen) for said, seen, n in _bins(churned, probabilities)]
    return float(sum(misses)) / len(churned)


def _bins(
    churned: NDArray[np.float64], probabilities: NDArray[np.float64]
) -> list[tuple[float, float, int]]:
    """Return the bins, from the lowest probability up, of rows that stand riskiest first."""
    n_bins = min(N_BINS, len(churned))
    outcomes = np.array_split(churned[::-1], n_bins)
    said = np.array_split(probabilities[::-1], n_bins)
    return [(float(p.mean()), float(y.mean()), len(y)) for p, y in zip(said, outcomes, strict=True)]
