"""The true probability of churn, given the hidden state of a customer as of the end.

For a customer who is already leaving it is exact: orders are a Poisson process with a known, fading
rate. For an active customer the only unknown is the path of satisfaction. Given a path, everything
else is summed in closed form, day by day: whether and when leaving begins, and the orders before
and after (Rao-Blackwell). What remains is an average over `N_PATHS` drawn paths, whose standard
error is stated for each customer.
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
def compute_truth(
    stream: Stream,
    company: Record,
    calendar: Calendar,
    traits: Record,
    state: NDArray[np.void],
    outcome: Record,
    today: Record,
) -> None:
    """Fill `outcome` with the truth about a customer, as of the end of the log.

    `state` holds two records: the state as of the end, and one to work in.
    """
    rates = _order_rates(company, calendar, traits)
    outcome.running = state[0].running
    if state[0].fading_since >= 0:
        _truth_of_leaver(company, calendar, traits, state[0], outcome, rates[1, 0])
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
    """Return the orders expected each day, and those still to come if fading begins that day."""
    rates = np.zeros((2, HORIZON_DAYS + 1))
    base, ahead = rates
    keep = exp(-1.0 / company.order_fade_days)
    for t in range(HORIZON_DAYS - 1, -1, -1):
        base[t] = order_base(company, calendar, traits, calendar.n_days + t)
        ahead[t] = base[t] + keep * ahead[t + 1]
    return rates


@njit
def _truth_of_leaver(
    company: Record,
    calendar: Calendar,
    traits: Record,
    state: Record,
    outcome: Record,
    ahead: float,
) -> None:
    """Fill in the truth about a leaving customer, whose satisfaction no longer changes."""
    age = calendar.n_days - state.fading_since
    orders = ahead * order_mood(company, state.satisfaction) * exp(-age / company.order_fade_days)
    outcome.churn = exp(-orders)
    outcome.expected_orders = orders
    subscribed = 1.0
    for t in range(HORIZON_DAYS):
        days_left = days_to_renewal(state.renews_on, period_of(traits), calendar.n_days + t)
        subscribed *= 1.0 - leaver_cancelling_chance(company, days_left)
    outcome.cancel = 1.0 - subscribed


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
    """Draw one path of satisfaction, and add what follows from it to `sums`."""
    base, ahead = rates
    active, before = 1.0, 0.0  # probability of being active; orders expected until now
    silent, orders = 0.0, 0.0
    subscribed, subscribed_leaving = 1.0, 0.0  # still subscribed and active; and leaving
    for t in range(HORIZON_DAYS):
        day = calendar.n_days + t
        mood = order_mood(company, state.satisfaction)
        leaving = leaving_chance(company, state.satisfaction, day - traits.signed_up_at // _DAY)
        silent += active * leaving * exp(-before - mood * ahead[t])
        orders += active * mood * (leaving * ahead[t] + (1.0 - leaving) * base[t])
        active *= 1.0 - leaving
        before += mood * base[t]
        days_left = days_to_renewal(state.renews_on, period_of(traits), day)
        cancelling = cancelling_chance(company, state.satisfaction, days_left)
        subscribed_leaving += subscribed * leaving
        subscribed_leaving *= 1.0 - leaver_cancelling_chance(company, days_left)
        subscribed *= 1.0 - leaving
        experience(stream, company, calendar, traits, state, day, today)
        if today.payment_failed:
            cancelling += company.cancelling_after_failed_payment
        subscribed *= 1.0 - cancelling
    silent += active * exp(-before)
    cancelled = 1.0 - subscribed - subscribed_leaving
    sums += np.array((silent, silent * silent, orders, cancelled, cancelled * cancelled))
