"""From a history to the value model: the closed form, its corrections, and the boosters."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.value.closed_form import ORDER_COLUMNS, ClosedForm
from app.bundle.value.correction import NO_CORRECTION, Correction
from app.bundle.value.rate_booster import RateBooster
from app.bundle.value.value_model import ValueModel
from app.domain.moments import MICROSECONDS_PER_DAY, to_micros
from app.features.history import History
from app.features.outcomes import code_of_event
from training.dataset.history_slices import known_before, select_customers
from training.dataset.snapshots import Window, matched_windows
from training.value.booster_share import booster_share
from training.value.buyers import ORDER, Outcomes, buyers_at, outcomes_in
from training.value.closed_form import closed_form_of, fit_closed_form, has_enough_buyers
from training.value.correction import Examples, fit_correction, with_total
from training.value.rate_boosters import AMOUNTS, COUNTS, ObservedWindow, RateFamily, fit_rate

Numbers = NDArray[np.float64]

REVENUE_DAYS: Final = 365  # "the next 12 months"
# Revenue is only predicted where most orders say what they cost: the others are taken to be alike.
MIN_SHARE_WITH_AMOUNT: Final = 0.8
# Windows only teach corrections, so their own closed forms need fewer customers.
MAX_FITTED_IN_WINDOW: Final = 4_000
MAX_CUSTOMERS: Final = 50_000  # 90 features of 8 bytes at six moments; more move no parameter


def fit_value(
    history: History, *, until: datetime, horizon_days: int = REVENUE_DAYS, seed: int = 0
) -> ValueModel | None:
    """Return the value model of what was known before `until`; None where there are too few orders.

    Nothing that occurred or was received at or after `until` is read. Revenue is not predicted
    (`spending` is None) where fewer than four orders in five have an amount.

    Parameters
    ----------
    history : History
        Everything there is; what lies at or after `until` is dropped first.
    horizon_days : int
        The horizon that corrections are learned for, or the length of the log where that is
        shorter; forecasts of other horizons use them too.
    seed : int
        Of the boosters' bagging. The same history, moment and seed give the same numbers.
    """
    cut_off = to_micros(until)
    known = _sample(known_before(history, moment=cut_off))
    _, features = buyers_at(known, as_of=cut_off)
    if not has_enough_buyers(features):
        return None
    has_amounts = _share_with_amount(known) >= MIN_SHARE_WITH_AMOUNT
    first_at = int(known.occurred_at[known.kind == code_of_event(ORDER)].min())
    # Windows longer than the history before them would teach from customers hardly known yet.
    days = max(1, min(horizon_days, (cut_off - first_at) // MICROSECONDS_PER_DAY))
    windows = matched_windows(first_at=first_at, until=cut_off, horizon_days=days)
    model = fit_closed_form(features, has_amounts=has_amounts, reference_days=days)
    found = [_window_data(known, window, has_amounts=has_amounts) for window in windows]
    observed = [window for window in found if window is not None]
    return _with_rates(_corrected(model, features, observed), observed, seed)


@dataclass(frozen=True, slots=True)
class _WindowData:
    """Buyers as a window opened, what the closed form expected of them, and what happened."""

    features: Numbers
    closed_form: ClosedForm
    outcomes: Outcomes
    days: float

    def learned_from(self, amounts: Numbers) -> ObservedWindow:
        """Return what a booster learns from: what buyers ordered, or what they spent."""
        return ObservedWindow(self.features, amounts, self.days)


_Windows = Sequence[_WindowData]  # oldest first


def _window_data(history: History, window: Window, *, has_amounts: bool) -> _WindowData | None:
    """Return what there is to learn from a window; None where it opened with too few buyers."""
    buyers, features = buyers_at(history, as_of=window.as_of)
    if not has_enough_buyers(features):
        return None
    days = (window.closes_at - window.as_of) / MICROSECONDS_PER_DAY
    step = max(1, len(features) // MAX_FITTED_IN_WINDOW)
    model = fit_closed_form(features[::step], has_amounts=has_amounts, reference_days=days)
    outcomes = outcomes_in(history, window, buyers)
    return _WindowData(features, closed_form_of(model, features), outcomes, days)


def _sample(history: History) -> History:
    step = -(-history.n_customers // MAX_CUSTOMERS)
    if step <= 1:
        return history
    return select_customers(history, np.arange(0, history.n_customers, step, dtype=np.int64))


def _share_with_amount(history: History) -> float:
    amounts = history.amount[history.kind == code_of_event(ORDER)]
    return float(np.mean(amounts > 0)) if len(amounts) else 0.0


def _corrected(model: ValueModel, features: Numbers, windows: _Windows) -> ValueModel:
    today = closed_form_of(model, features)
    per_day = _orders_per_day(features, windows)
    examples = [
        Examples(
            window.closed_form.order_days,
            window.closed_form.descriptors,
            window.outcomes.order_days,
        )
        for window in windows
    ]
    orders = with_total(
        _correction(examples, COUNTS),
        today.order_days,
        today.descriptors,
        total=per_day * today.order_days.sum(),
    )
    if model.spending is None:
        return replace(model, orders=orders)
    return replace(model, orders=orders, revenue=_revenue_correction(today, windows))


def _revenue_correction(today: ClosedForm, windows: _Windows) -> Correction:
    examples = [
        _revenue_examples(window.closed_form, window.outcomes.revenue) for window in windows
    ]
    paying = _revenue_examples(today, np.empty(len(today.amount)))
    total = _amount_factor(windows, examples) * paying.expected.sum()
    correction = _correction(examples, AMOUNTS)
    return with_total(correction, paying.expected, paying.descriptors, total=total)


def _revenue_examples(closed_form: ClosedForm, revenue: Numbers) -> Examples:
    """Return the examples of the buyers whose amounts are known."""
    order_days, amount, descriptors = closed_form
    known = np.isfinite(amount)
    return Examples(order_days[known] * amount[known], descriptors[known], revenue[known])


def _correction(examples: Sequence[Examples], family: RateFamily) -> Correction:
    return fit_correction(examples, power=family.power) if examples else NO_CORRECTION


def _orders_per_day(features: Numbers, windows: _Windows) -> float:
    """Return how many orders come on a day with orders, by the windows if they had any."""
    days = sum(float(window.outcomes.order_days.sum()) for window in windows)
    if days > 0:
        return sum(float(window.outcomes.orders.sum()) for window in windows) / days
    return float(
        features[:, ORDER_COLUMNS.orders].sum() / features[:, ORDER_COLUMNS.order_days].sum()
    )


def _amount_factor(windows: _Windows, examples: Sequence[Examples]) -> float:
    """Return how much more a day with orders brought in the windows than was expected of it.

    Per day, so that it does not matter whether the windows had more or fewer orders than expected.
    """
    days = sum(float(window.outcomes.order_days.sum()) for window in windows)
    expected_days = sum(float(window.closed_form.order_days.sum()) for window in windows)
    revenue = sum(float(part.happened.sum()) for part in examples)
    expected = sum(float(part.expected.sum()) for part in examples)
    if not (days > 0 and revenue > 0):
        return 1.0
    return (revenue / days) / (expected / expected_days)


def _with_rates(model: ValueModel, windows: _Windows, seed: int) -> ValueModel:
    """Return the model with boosters of orders, and of revenue where it is predicted."""
    orders = [window.learned_from(window.outcomes.orders) for window in windows]
    by_closed_form = windows[-1].closed_form.order_days if windows else np.empty(0)
    model = replace(model, orders_rate=_rate(orders, by_closed_form, COUNTS, seed))
    if model.spending is None:
        return model
    revenue = [window.learned_from(window.outcomes.revenue) for window in windows]
    if windows:
        by_closed_form = by_closed_form * windows[-1].closed_form.amount
    return replace(model, revenue_rate=_rate(revenue, by_closed_form, AMOUNTS, seed))


def _rate(
    observed: Sequence[ObservedWindow], by_closed_form: Numbers, family: RateFamily, seed: int
) -> RateBooster | None:
    rate = fit_rate(observed, family=family, seed=seed)
    if rate is None:
        return None
    share = booster_share(observed, by_closed_form, family=family, seed=seed)
    return replace(rate, share=share)
