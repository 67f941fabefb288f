"""Gamma-gamma: how much a customer spends on a day with orders.

Reference: P. Fader, B. Hardie, "The Gamma-Gamma Model of Monetary Value", 2013.
"""

from typing import NamedTuple

from app.compiled.kernel import part


class GammaGamma(NamedTuple):
    """Parameters of the amount of a day with orders; v in money. NaN = no amounts are known."""

    p: float
    q: float
    v: float


@part
def expected_amount(spending: GammaGamma, n_days: float, mean: float) -> float:
    """Return the expected amount of a day with orders, after `n_days` of this `mean`: equation 5.

    A weighted mean of the customer's own mean and of the population's, which moves towards the own
    one with every day.
    """
    weight = spending.p * n_days
    return spending.p * (spending.v + n_days * mean) / (weight + spending.q - 1)
