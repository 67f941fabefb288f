"""The curves behind the figures: what one gets for each share of customers one looks at."""

import numpy as np
from numpy.typing import NDArray

from app.statistics.ranking import riskiest_first

Curve = tuple[NDArray[np.float64], NDArray[np.float64]]


def roc_of(churned: NDArray[np.float64], said: NDArray[np.float64]) -> Curve:
    """Return (share of the stayed, share of the churned) above each probability, from 0 to 1.

    Both outcomes must occur.
    """
    ends, hits = _by_value(churned, said)
    misses = ends - hits
    return np.append(0.0, misses / misses[-1]), np.append(0.0, hits / hits[-1])


def precision_recall_of(churned: NDArray[np.float64], said: NDArray[np.float64]) -> Curve:
    """Return (share of the churned that is found, share of the found that churned)."""
    ends, hits = _by_value(churned, said)
    return hits / hits[-1], hits / ends


def gains_of(churned: NDArray[np.float64], said: NDArray[np.float64]) -> Curve:
    """Return (share of customers looked at, riskiest first; share of the churned among them)."""
    ends, hits = _by_value(churned, said)
    return np.append(0.0, ends / len(churned)), np.append(0.0, hits / hits[-1])


def _by_value(churned: NDArray[np.float64], said: NDArray[np.float64]) -> Curve:
    order = riskiest_first(said)
    ends = np.append(np.flatnonzero(np.diff(said[order])), len(said) - 1)
    return (ends + 1).astype(np.float64), np.cumsum(churned[order])[ends]
