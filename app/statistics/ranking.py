"""How well probabilities rank customers: area under the ROC curve, average precision, lift."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

LIFT_SHARE: Final = 0.1


class RankedOutcomes(NamedTuple):
    """Outcomes (0 or 1) and probabilities (0 to 1), shape (n,), highest probability first."""

    outcomes: NDArray[np.float64]
    probabilities: NDArray[np.float64]


def rank(outcomes: NDArray[np.float64], probabilities: NDArray[np.float64]) -> RankedOutcomes:
    """Return both arrays, shape (n,), sorted from the highest to the lowest probability."""
    order = riskiest_first(probabilities)
    return RankedOutcomes(outcomes[order], probabilities[order])


def riskiest_first(probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the order from the highest to the lowest probability; ties keep their order."""
    return np.argsort(-probabilities, kind="stable").astype(np.int64)


def roc_auc(ranked: RankedOutcomes) -> float:
    """Return the area under the ROC curve; NaN unless both outcomes occurred.

    It is the probability that a customer who churned has a higher probability than one who stayed,
    counting ties as one half: J. A. Hanley, B. J. McNeil, Radiology 143 (1982), 29-36.
    """
    n_ranked, n_churned = _cumulative_counts(ranked)
    n_stayed = n_ranked - n_churned
    if n_churned[-1] == 0 or n_stayed[-1] == 0:
        return float("nan")
    area = np.trapezoid(np.append(0.0, n_churned), np.append(0.0, n_stayed))
    return float(area / (n_churned[-1] * n_stayed[-1]))


def average_precision(ranked: RankedOutcomes) -> float:
    """Return the mean of the precision weighted by the gain in recall; NaN if nobody churned.

    ``sum over thresholds of (recall[i] - recall[i - 1]) * precision[i]``, one threshold for each
    distinct probability, as `sklearn.metrics.average_precision_score` defines it.
    """
    n_ranked, n_churned = _cumulative_counts(ranked)
    if n_churned[-1] == 0:
        return float("nan")
    return float(np.sum(np.diff(n_churned, prepend=0.0) * n_churned / n_ranked) / n_churned[-1])


def top_decile_lift(ranked: RankedOutcomes) -> float:
    """Return the churn rate of the riskiest tenth over that of everybody; NaN if nobody churned."""
    outcomes, _ = ranked
    n, n_churned = len(outcomes), float(outcomes.sum())
    n_top = max(1, round(LIFT_SHARE * n))
    return float(outcomes[:n_top].mean()) * n / n_churned if n_churned else float("nan")


def _cumulative_counts(ranked: RankedOutcomes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how many customers, and how many who churned, have at least each probability."""
    outcomes, probabilities = ranked
    ends = np.append(np.flatnonzero(np.diff(probabilities)), len(probabilities) - 1)
    return (ends + 1).astype(np.float64), np.cumsum(outcomes)[ends]
