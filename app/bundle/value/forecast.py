"""Forecast orders and revenue of many customers in one kernel.

A forecast is a weighted mean of the corrected closed form and of boosters over all features. The
closed form knows rhythms and lets them fade with time; the boosters know what else customers do,
and assume that their rate lasts.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.bundle.value.closed_form import (
    AMOUNT,
    FIRST_DESCRIPTOR,
    N_TERMS,
    ORDER_COLUMNS,
    OrderColumns,
    order_history,
    write_closed_form,
)
from app.bundle.value.correction import Correction, factor_of
from app.bundle.value.gamma_gamma import GammaGamma
from app.bundle.value.next_order import median_days_to_order, median_level
from app.bundle.value.pareto_nbd import ParetoNbd, expected_order_days
from app.compiled.kernel import entry, part

Floats = NDArray[np.float64]

YEAR_DAYS: Final = 365.0
NEXT_ORDER_WITHIN_DAYS: Final = YEAR_DAYS  # nobody acts on a date further away than that
_LARGEST_EXPONENT: Final = 700.0


class Forecast(NamedTuple):
    """What to expect of customers, float64 arrays of shape (n,); NaN = cannot be known.

    Attributes
    ----------
    orders : expected number of orders within the horizon; NaN if the customer never ordered.
    revenue : expected amount of those orders before returns, in the bundle's currency; NaN also if
        none of the customer's orders has an amount, or too few orders of the log had one.
    orders_12m, revenue_12m : the same within 365 days.
    next_order_days : days until an order is as likely to have come as not (the median); NaN if
        that is more than a year away, or never happens.
    revenue_12m_if_kept : revenue within 365 days if the customer is certainly active, whatever the
        time since the last order says; never below `revenue_12m`.
    """

    orders: Floats
    revenue: Floats
    orders_12m: Floats
    revenue_12m: Floats
    next_order_days: Floats
    revenue_12m_if_kept: Floats


_ORDERS, _REVENUE, _ORDERS_12M, _REVENUE_12M, _NEXT_ORDER, _REVENUE_IF_KEPT = range(6)


class BoosterRates(NamedTuple):
    """How boosters enter a forecast.

    Attributes
    ----------
    orders, revenue : what customers order and spend a day on average, which the boosters multiply;
        NaN = there is no booster.
    orders_share, revenue_share : the weights of the boosters, 0 to 1.
    """

    orders: float
    revenue: float
    orders_share: float
    revenue_share: float


class ForecastParameters(NamedTuple):
    """All learned numbers of a forecast, except the boosters themselves."""

    timing: ParetoNbd
    spending: GammaGamma
    orders: Correction
    revenue: Correction
    rates: BoosterRates


class ForecastDays(NamedTuple):
    """The days that corrections were learned for, and the days to forecast."""

    reference: float
    horizon: float


class _CustomerRates(NamedTuple):
    """What one customer orders and spends: per order day (closed form), per day (boosters)."""

    orders_per_order_day: float
    revenue_per_order_day: float
    orders_per_day: float
    revenue_per_day: float


def compute_forecast(
    parameters: ForecastParameters,
    margins: Floats,
    features: Floats,
    no_order: Floats,
    days: ForecastDays,
) -> Forecast:
    """Return the forecast of each customer.

    Parameters
    ----------
    margins : float64 array of shape (2, n)
        What the boosters of orders and of revenue say: logarithms of multiples of the rates. Not
        read where there is no booster.
    features : float64 array of shape (n, n_features)
    no_order : float64 array of shape (n,)
        Probabilities of no order within the horizon that come from a better source; NaN = none.
    """
    out = np.empty((len(Forecast._fields), len(features)))
    terms = np.empty(N_TERMS)
    _forecast_each(parameters, margins, features, no_order, ORDER_COLUMNS, days, terms, out)
    return Forecast(*out)


@entry
def _forecast_each(
    parameters: ForecastParameters,
    margins: Floats,
    features: Floats,
    no_order: Floats,
    columns: OrderColumns,
    days: ForecastDays,
    terms: Floats,
    out: Floats,
) -> None:
    timing, spending, orders, revenue, rates = parameters
    for i in range(len(features)):
        dropped_out = write_closed_form(
            timing, spending, features[i], columns, days.reference, terms
        )
        repeats, _, age = order_history(features[i], columns)
        descriptors = terms[FIRST_DESCRIPTOR:]
        own = _CustomerRates(
            factor_of(orders, descriptors),
            terms[AMOUNT] * factor_of(revenue, descriptors),
            rates.orders * _exp(margins[0, i]),
            rates.revenue * _exp(margins[1, i]),
        )
        near = expected_order_days(timing, dropped_out, repeats, age, days.horizon)
        out[_ORDERS, i], out[_REVENUE, i] = _expect(own, rates, near, days.horizon)
        year = expected_order_days(timing, dropped_out, repeats, age, YEAR_DAYS)
        out[_ORDERS_12M, i], out[_REVENUE_12M, i] = _expect(own, rates, year, YEAR_DAYS)
        active = expected_order_days(timing, -np.inf, repeats, age, YEAR_DAYS)
        if_kept = active * terms[AMOUNT] * math.exp(revenue.level)
        out[_REVENUE_IF_KEPT, i] = max(if_kept, out[_REVENUE_12M, i])
        level = median_level(timing, dropped_out, repeats, age, days.horizon, no_order[i])
        out[_NEXT_ORDER, i] = median_days_to_order(
            timing, dropped_out, repeats, age, NEXT_ORDER_WITHIN_DAYS, level
        )


@part
def _expect(
    own: _CustomerRates, rates: BoosterRates, order_days: float, days: float
) -> tuple[float, float]:
    """Return expected orders and revenue in so many days, with so many expected order days."""
    orders = _mean(
        order_days * own.orders_per_order_day, own.orders_per_day * days, rates.orders_share
    )
    revenue = _mean(
        order_days * own.revenue_per_order_day, own.revenue_per_day * days, rates.revenue_share
    )
    return orders, revenue


@part
def _mean(closed_form: float, by_booster: float, share: float) -> float:
    """Return the weighted mean; `closed_form` if there is no booster, NaN if that is NaN."""
    if by_booster != by_booster:  # noqa: PLR0124 - true for NaN alone: there is no booster
        return closed_form
    return closed_form + share * (by_booster - closed_form)


@part
def _exp(margin: float) -> float:
    return math.exp(min(margin, _LARGEST_EXPONENT))
