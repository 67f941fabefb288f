"""How certain an answer is: the interval, and which features of a customer are unusual."""

import numpy as np
from numpy.typing import NDArray

from app.bundle.answers.unusual_features import UnusualFeatures
from app.domain.scores.risk import Interval
from app.use_cases.scores.columns import CustomerNumbers


def interval_of(customer: CustomerNumbers, level: float | None) -> Interval | None:
    """Return the interval around the customer's probability; None where it is not known."""
    if level is None or not customer.sufficient:
        return None
    return Interval(customer.low, customer.high, level)


def unusual_features(
    customer: CustomerNumbers, features: NDArray[np.float64], usual: UnusualFeatures | None
) -> tuple[str, ...] | None:
    """Return the names of the customer's unusual features; None where nobody can tell."""
    if usual is None or not customer.sufficient:
        return None
    return usual.names_in(features) if customer.unusual else ()
