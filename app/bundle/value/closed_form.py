"""The closed form of orders and spending: Pareto/NBD for days with orders, gamma-gamma for amounts.

It also describes each customer by the numbers that a `Correction` weighs.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.bundle.value.gamma_gamma import GammaGamma, expected_amount
from app.bundle.value.pareto_nbd import ParetoNbd, expected_order_days, log_odds_dropped_out
from app.compiled.kernel import entry, part
from app.features.catalogue import FEATURE_INDEX

Floats = NDArray[np.float64]

N_DESCRIPTORS: Final = 6
N_TERMS: Final = 2 + N_DESCRIPTORS
NO_SPENDING: Final = GammaGamma(math.nan, math.nan, math.nan)

# Positions in the terms of one customer; what comes after the first two describes the customer.
ORDER_DAYS, AMOUNT, FIRST_DESCRIPTOR = 0, 1, 2
_REPEATED, _LOG_AMOUNT, _LOG_AMOUNT_IF_REPEATED, _LOG_REPEATS, _SILENCE, _LOG_ORDER_DAYS = range(
    FIRST_DESCRIPTOR, N_TERMS
)
_SMALLEST: Final = 1e-9  # order days, before their logarithm is taken


class OrderColumns(NamedTuple):
    """Columns of the features that say how often, when and for how much a customer ordered."""

    orders: int
    order_days: int
    since_first: int
    since_last: int
    order_amount: int


ORDER_COLUMNS: Final = OrderColumns(
    orders=FEATURE_INDEX["orders_total"],
    order_days=FEATURE_INDEX["order_days_total"],
    since_first=FEATURE_INDEX["days_since_first_order"],
    since_last=FEATURE_INDEX["days_since_order"],
    order_amount=FEATURE_INDEX["order_amount_mean"],
)


class ClosedForm(NamedTuple):
    """What the closed form expects of customers.

    Attributes
    ----------
    order_days : float64, shape (n,), expected days with an order; NaN without orders.
    amount : float64, shape (n,), expected amount of such a day; NaN if the customer's orders have
        no amounts.
    descriptors : float64, shape (n, N_DESCRIPTORS): whether orders repeated, log of the amount, the
        same where orders repeated and 0 elsewhere, log of 1 + repeats, days since the last order as
        a share of the age, and log of `order_days`.
    """

    order_days: Floats
    amount: Floats
    descriptors: Floats


def compute_closed_form(
    features: Floats, *, timing: ParetoNbd, spending: GammaGamma | None, reference_days: float
) -> ClosedForm:
    """Return what the closed form expects of customers within `reference_days`.

    Parameters
    ----------
    features : float64 array of shape (n, n_features)
        In the order of the catalogue.
    spending : GammaGamma, optional
        None = no amounts are known.
    """
    terms = np.empty((len(features), N_TERMS))
    contiguous = np.ascontiguousarray(features, dtype=np.float64)
    _write_each(
        timing, spending or NO_SPENDING, contiguous, ORDER_COLUMNS, float(reference_days), terms
    )
    return ClosedForm(terms[:, ORDER_DAYS], terms[:, AMOUNT], terms[:, FIRST_DESCRIPTOR:])


@entry
def _write_each(
    timing: ParetoNbd,
    spending: GammaGamma,
    features: Floats,
    columns: OrderColumns,
    reference_days: float,
    terms: Floats,
) -> None:
    for i in range(len(features)):
        write_closed_form(timing, spending, features[i], columns, reference_days, terms[i])


@part
def write_closed_form(
    timing: ParetoNbd,
    spending: GammaGamma,
    row: Floats,
    columns: OrderColumns,
    reference_days: float,
    terms: Floats,
) -> float:
    """Write the terms of one customer; return the log-odds of having dropped out."""
    repeats, last_at, age = order_history(row, columns)
    dropped_out = log_odds_dropped_out(timing, repeats, last_at, age)
    repeated = 1.0 if repeats > 0 else 0.0
    mean = max(row[columns.order_amount] * row[columns.orders] / row[columns.order_days], 0.0)
    known = mean == mean  # noqa: PLR0124 - true for all but NaN
    amount = expected_amount(spending, repeats + 1 if known else 0.0, mean if known else 0.0)
    log_amount = math.log(amount) if amount > 0 else 0.0
    terms[ORDER_DAYS] = expected_order_days(timing, dropped_out, repeats, age, reference_days)
    terms[AMOUNT] = amount if known else np.nan
    terms[_REPEATED] = repeated
    terms[_LOG_AMOUNT] = log_amount
    terms[_LOG_AMOUNT_IF_REPEATED] = log_amount * repeated
    terms[_LOG_REPEATS] = math.log1p(repeats)
    terms[_SILENCE] = (age - last_at) / age
    terms[_LOG_ORDER_DAYS] = math.log(max(terms[ORDER_DAYS], _SMALLEST))
    return dropped_out


@part
def order_history(row: Floats, columns: OrderColumns) -> tuple[float, float, float]:
    """Return `repeats`, `last_at` and `age` as `ParetoNbd` takes them; NaN without orders."""
    if not row[columns.orders] > 0:
        return np.nan, np.nan, np.nan
    repeats = row[columns.order_days] - 1
    age = row[columns.since_first]
    # Several orders on one day count once. If all lie on one day, nothing has been repeated.
    return repeats, age - row[columns.since_last] if repeats > 0 else 0.0, age
