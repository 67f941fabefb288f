"""The true probability of churn, given the hidden state of a customer as of the end.

For a customer who is leaving already it is exact: orders are a Poisson process of known, fading
rate. For an active one the only unknown is the path of satisfaction. Given a path, everything
else is summed in closed form, day by day: whether and when leaving begins, and the orders before
and after (Rao-Blackwell). What is left is an average over `N_PATHS` drawn paths, whose standard
error is stated per customer.
"""

from math import exp, sqrt

import numpy as np
from numba import njit
from numpy.typing import NDArray

from training.simulation.company import HORIZON_DAYS
from training.simulation.random_numbers import Stream
from training.simulation.records import Calendar, Record
from training.simulation.satisfaction import (
    cancelling_chance,
    days_to_renewal,
    experience,
    leaver_cancelling_chance,
    leaving_chance,
    order_base,
    order_mood,
)

N_PATHS = 24  # standard errors near 0.0005, and 0.01 at worst
_DAY = 86_400_000_000


@njit
def period_of(traits: Record) -> int:
    """Return the days from one renewal to the next."""
    return 365 if traits.annual else 30


@njit
def foretell(
    stream: Stream,
    company: Record,
    calendar: Calendar,
    traits: Record,
    state: NDArray[np.void],
    outcome: Record,
    today: Record,
) -> None:
    """Fill `outcome` with the truth about a customer, as of the end of the log.

    `state` holds two records: the state as of the end, and room to work in.
    """
    rates = _order_rates(company, calendar, traits)
    outcome.running = state[0].running
    if state[0].fading_since >= 0:
        _foretell_fading(company, calendar, traits, state[0], outcome, rates[1, 0])
        return
    sums = np.zeros(5)
    for _ in range(N_PATHS):
        state[1] = state[0]
        _add_path(stream, company, calendar, traits, state[1], today, rates, sums)
    outcome.churn = sums[0] / N_PATHS
    outcome.churn_error = _error(sums[0], sums[1])
    outcome.expected_orders = sums[2] / N_PATHS
    outcome.cancel = sums[3] / N_PATHS
    outcome.cancel_error = _error(sums[3], sums[4])


@njit
def _error(total: float, squares: float) -> float:
    """Return the standard error of a mean over the paths."""
    mean = total / N_PATHS
    return sqrt(max(squares / N_PATHS - mean * mean, 0.0) / (N_PATHS - 1))


@njit
def _order_rates(company: Record, calendar: Calendar, traits: Record) -> NDArray[np.float64]:
    """Return the orders expected per day, and those still to come if fading begins that day."""
    rates = np.zeros((2, HORIZON_DAYS + 1))
    base, ahead = rates
    keep = exp(-1.0 / company.order_fade_days)
    for t in range(HORIZON_DAYS - 1, -1, -1):
        base[t] = order_base(company, calendar, traits, calendar.n_days + t)
        ahead[t] = base[t] + keep * ahead[t + 1]
    return rates


@njit
def _foretell_fading(
    company: Record,
    calendar: Calendar,
    traits: Record,
    state: Record,
    outcome: Record,
    ahead: float,
) -> None:
    """Fill in the truth about a customer who is leaving: satisfaction froze when it began."""
    age = calendar.n_days - state.fading_since
    left = ahead * order_mood(company, state.satisfaction) * exp(-age / company.order_fade_days)
    outcome.churn = exp(-left)
    outcome.expected_orders = left
    kept = 1.0
    for t in range(HORIZON_DAYS):
        left_days = days_to_renewal(state.renews_on, period_of(traits), calendar.n_days + t)
        kept *= 1.0 - leaver_cancelling_chance(company, left_days)
    outcome.cancel = 1.0 - kept


@njit
def _add_path(
    stream: Stream,
    company: Record,
    calendar: Calendar,
    traits: Record,
    state: Record,
    today: Record,
    rates: NDArray[np.float64],
    sums: NDArray[np.float64],
) -> None:
    """Draw one path of satisfaction and add what it means to `sums`."""
    base, ahead = rates
    active, before = 1.0, 0.0  # probability of being active; orders expected until now
    silent, orders = 0.0, 0.0
    kept, kept_leaving = 1.0, 0.0  # subscription kept: by an active, by a leaving customer
    for t in range(HORIZON_DAYS):
        day = calendar.n_days + t
        mood = order_mood(company, state.satisfaction)
        leaving = leaving_chance(company, state.satisfaction, day - traits.signed_up_at // _DAY)
        silent += active * leaving * exp(-before - mood * ahead[t])
        orders += active * mood * (leaving * ahead[t] + (1.0 - leaving) * base[t])
        active *= 1.0 - leaving
        before += mood * base[t]
        left_days = days_to_renewal(state.renews_on, period_of(traits), day)
        cancelling = cancelling_chance(company, state.satisfaction, left_days)
        kept_leaving += kept * leaving
        kept_leaving *= 1.0 - leaver_cancelling_chance(company, left_days)
        kept *= 1.0 - leaving
        experience(stream, company, calendar, traits, state, day, today)
        if today.payment_failed:
            cancelling += company.cancelling_after_failed_payment
        kept *= 1.0 - cancelling
    silent += active * exp(-before)
    cancelled = 1.0 - kept - kept_leaving
    sums += np.array((silent, silent * silent, orders, cancelled, cancelled * cancelled))
