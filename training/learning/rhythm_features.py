"""What purchase rhythm says of customers: the columns that the rhythm teacher learns from.

All of them are free of scale (shares of the customer's age, logarithms of counts), so that what was
learned on a window of half the history and half the horizon carries over to the whole of both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from app.domain.moments import MICROSECONDS_PER_DAY
from app.features.history import History
from app.features.outcomes import code_of_event
from training.dataset.history_slices import customer_of_events
from training.dataset.snapshots import Window
from training.learning.btyd import (
    LogLikelihood,
    Rhythms,
    bg_nbd,
    fit_parameters,
    pareto_nbd,
    silence_probability,
)

Numbers = NDArray[np.float64]

# Buy-till-you-die is fitted in weeks: its parameters then stay between 0.1 and 100.
UNIT: Final = 7.0 * MICROSECONDS_PER_DAY
MIN_PROBABILITY: Final = 1e-4  # silence is never taken to be likelier or less likely than this


class BtydFit(NamedTuple):
    """A buy-till-you-die distribution, with the logarithms of its four parameters."""

    log_likelihood: LogLikelihood
    parameters: Numbers


def fit_btyd(history: History, event: str, *, as_of: int) -> tuple[BtydFit, ...]:
    """Return BG/NBD and Pareto/NBD, fitted on what was known at `as_of`.

    These are eight numbers about the whole population, which no single customer's label moves.
    """
    rhythms = rhythms_at(history, event, as_of=as_of)
    return tuple(BtydFit(kind, fit_parameters(kind, rhythms)) for kind in (bg_nbd, pareto_nbd))


def rhythms_at(history: History, event: str, *, as_of: int) -> Rhythms:
    """Return the rhythms, in weeks, of everybody who had the event before `as_of`."""
    return _days_with_event(history, event, as_of).rhythms(as_of)


def rhythm_features_at(
    history: History,
    event: str,
    btyd: Sequence[BtydFit] | None,
    window: Window,
    *,
    at_most: int | None = None,
) -> tuple[NDArray[np.int64], Numbers]:
    """Return who had the event before the window, and the columns that describe their rhythm.

    Parameters
    ----------
    btyd : None = fitted anew, on what was known when the window opened.
    at_most : where there are more customers, they are thinned evenly to this many or fewer.

    Returns
    -------
    customers : int64 array of shape (n,), positions in the history, ascending.
    columns : float64 array of shape (n, 11)
        Log-odds of silence by BG/NBD and by Pareto/NBD, log count, whether repeated, silence as a
        share of age, the same where repeated, log spend in all and per day with the event, the
        former where repeated, log of silence over mean gap, and last gap over silence.
    """
    days = _days_with_event(history, event, window.as_of)
    btyd = btyd or fit_btyd(history, event, as_of=window.as_of)
    days = days if at_most is None else days.thinned(at_most)
    rhythms = days.rhythms(window.as_of)
    duration = (window.closes_at - window.as_of) / UNIT
    silences = [_log_odds_of_silence(fit, rhythms, duration) for fit in btyd]
    return days.customers, np.column_stack([*silences, *_scale_free_columns(days, rhythms)])


def _log_odds_of_silence(fit: BtydFit, rhythms: Rhythms, duration: float) -> Numbers:
    silent = silence_probability(fit.log_likelihood, fit.parameters, rhythms, duration)
    return np.asarray(logit(np.clip(silent, MIN_PROBABILITY, 1 - MIN_PROBABILITY)))


@dataclass(frozen=True, slots=True)
class _DaysWithEvent:
    """Each customer's days with the event, arrays of shape (n,); moments in microseconds."""

    customers: NDArray[np.int64]
    first_at: Numbers
    last_at: Numbers
    n_days: Numbers
    spend: Numbers
    last_gap: Numbers

    def rhythms(self, as_of: int) -> Rhythms:
        """Return the rhythms as of a later moment, in weeks."""
        last_at = (self.last_at - self.first_at) / UNIT
        return Rhythms(self.n_days - 1.0, last_at, (as_of - self.first_at) / UNIT)

    def thinned(self, at_most: int) -> "_DaysWithEvent":
        """Return every k-th customer, so that at most this many are left."""
        step = max(1, -(-len(self.customers) // at_most))
        columns = (getattr(self, field.name)[::step] for field in fields(self))
        return _DaysWithEvent(*columns)


def _scale_free_columns(days: _DaysWithEvent, rhythms: Rhythms) -> list[Numbers]:
    silence = rhythms.age - rhythms.last_at
    repeated = (rhythms.repeats > 0).astype(np.float64)
    mean_gap = rhythms.last_at / np.maximum(rhythms.repeats, 1.0)
    share = silence / np.maximum(rhythms.age, 1e-9)
    return [
        np.log1p(rhythms.repeats),
        repeated,
        share,
        np.log1p(days.spend),
        np.log1p(days.spend / days.n_days),
        repeated * share,
        repeated * np.log1p(days.spend),
        repeated * np.log1p(silence / np.maximum(mean_gap, 0.5)),
        np.clip(days.last_gap / UNIT / np.maximum(silence, 0.5), 0.0, 5.0),
    ]


def _days_with_event(history: History, event: str, as_of: int) -> _DaysWithEvent:
    known = (
        (history.kind == code_of_event(event))
        & (history.occurred_at < as_of)
        & (history.received_at < as_of)
    )
    customer = customer_of_events(history)[known]
    day = history.occurred_at[known] // MICROSECONDS_PER_DAY
    midnight = (day * MICROSECONDS_PER_DAY).astype(np.float64)
    spend = np.bincount(customer, weights=np.nan_to_num(np.maximum(history.amount[known], 0.0)))
    # Several events on one day count as one: buy-till-you-die knows no bursts.
    is_new_day = np.ones(len(customer), dtype=np.bool_)
    is_new_day[1:] = (customer[1:] != customer[:-1]) | (day[1:] != day[:-1])
    customer, midnight = customer[is_new_day], midnight[is_new_day]
    customers, first = np.unique(customer, return_index=True)
    last = np.append(first[1:], len(customer)) - 1
    last_gap = np.where(last > first, midnight[last] - midnight[np.maximum(last - 1, 0)], 0.0)
    n_days = (last - first + 1).astype(np.float64)
    return _DaysWithEvent(
        customers, midnight[first], midnight[last], n_days, spend[customers], last_gap
    )
