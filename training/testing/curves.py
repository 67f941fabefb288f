"""Ranking curves: what is found for each share of customers that one looks at, riskiest first."""

import numpy as np
from numpy.typing import NDArray

from app.statistics.ranking import riskiest_first

Curve = tuple[NDArray[np.float64], NDArray[np.float64]]


def roc_of(churned: NDArray[np.float64], predicted: NDArray[np.float64]) -> Curve:
    """Return (share of those who stayed, share of those who churned) above each probability.

    From 0 to 1. Both outcomes must occur.
    """
    n, n_churned = _cumulative_counts(churned, predicted)
    n_stayed = n - n_churned
    return (
        np.append(0.0, n_stayed / n_stayed[-1]),
        np.append(0.0, n_churned / n_churned[-1]),
    )


def precision_recall_of(churned: NDArray[np.float64], predicted: NDArray[np.float64]) -> Curve:
    """Return recall and precision above each probability."""
    n, n_churned = _cumulative_counts(churned, predicted)
    return n_churned / n_churned[-1], n_churned / n


def gains_of(churned: NDArray[np.float64], predicted: NDArray[np.float64]) -> Curve:
    """Return (share of customers looked at, share of those who churned among them)."""
    n, n_churned = _cumulative_counts(churned, predicted)
    return np.append(0.0, n / len(churned)), np.append(0.0, n_churned / n_churned[-1])


def _cumulative_counts(churned: NDArray[np.float64], predicted: NDArray[np.float64]) -> Curve:
    """Return how many customers, and how many who churned, have at least each probability."""
    order = riskiest_first(predicted)
    ends = np.append(np.flatnonzero(np.diff(predicted[order])), len(predicted) - 1)
    return (ends + 1).astype(np.float64), np.cumsum(churned[order])[ends]
