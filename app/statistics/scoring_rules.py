"""Proper scoring rules: what probabilities cost against outcomes, lowest where they are true.

Reference: T. Gneiting, A. E. Raftery, "Strictly Proper Scoring Rules, Prediction, and Estimation",
JASA 102 (2007), 359-378.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

# Probabilities are clipped to stay this far from 0 and 1, so that one mistake made with certainty
# does not make the mean infinite.
SMALLEST_PROBABILITY: Final = 1e-6


def log_losses(
    outcomes: NDArray[np.float64], probabilities: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return each customer's log loss in nats, shape (n,): ``-log(p)`` or ``-log(1 - p)``."""
    clipped = np.clip(probabilities, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    losses = -np.where(outcomes > 0, np.log(clipped), np.log1p(-clipped))
    return np.asarray(losses, dtype=np.float64)


def log_loss(outcomes: NDArray[np.float64], probabilities: NDArray[np.float64]) -> float:
    """Return the mean log loss, nats per customer."""
    return float(log_losses(outcomes, probabilities).mean())


def brier_score(outcomes: NDArray[np.float64], probabilities: NDArray[np.float64]) -> float:
    """Return the mean of ``(p - outcome)²``: G. W. Brier, Monthly Weather Review 78 (1950), 1-3."""
    return float(np.mean((probabilities - outcomes) ** 2))


def information_gain(outcomes: NDArray[np.float64], probabilities: NDArray[np.float64]) -> float:
    """Return how far the log loss lies below that of the base rate, nats per customer."""
    base_rate = np.full(len(outcomes), outcomes.mean())
    return log_loss(outcomes, base_rate) - log_loss(outcomes, probabilities)
