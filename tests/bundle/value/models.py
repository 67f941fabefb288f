"""A value model without boosters, and customers who ordered."""

import numpy as np

from app.bundle.value.closed_form import ORDER_COLUMNS
from app.bundle.value.correction import Correction
from app.bundle.value.gamma_gamma import GammaGamma
from app.bundle.value.pareto_nbd import ParetoNbd
from app.bundle.value.value_model import ValueModel
from app.features.catalogue import FEATURE_NAMES

LEARNED = Correction((0.1, -0.2, 0.05, 0.3, -0.4, -0.1), 0.2, 0.03)


def a_value_model(**changes) -> ValueModel:
    values = {
        "timing": ParetoNbd(0.6, 75.0, 0.6, 80.0),
        "spending": GammaGamma(6.0, 3.7, 15.0),
        "reference_days": 365.0,
        "orders": LEARNED,
        "revenue": LEARNED,
    }
    return ValueModel(**(values | changes))


def buyer(orders=5.0, order_days=4.0, since_first=200.0, since_last=20.0, amount=40.0):
    row = np.full(len(FEATURE_NAMES), np.nan)
    row[list(ORDER_COLUMNS)] = orders, order_days, since_first, since_last, amount
    return row


def buyers(n: int) -> np.ndarray:
    rng = np.random.default_rng(3)
    first = rng.uniform(1, 900, n)
    days = rng.integers(1, 60, n).astype(float)
    last = np.where(days > 1, first * rng.uniform(0, 1, n), first)
    amounts = rng.gamma(2, 20, n)
    rows = [
        buyer(*row) for row in zip(days + rng.integers(0, 3, n), days, first, last, amounts,
                                   strict=True)
    ]  # fmt: skip  # one row per buyer reads better
    return np.array(rows)
