"""From a history to the numbers that forecasts of value are made of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.value.closed_form import ORDER_COLUMNS, ClosedForm, compute_closed_form
from app.bundle.value.correction import NO_CORRECTION, Correction
from app.bundle.value.gamma_gamma import GammaGamma
from app.bundle.value.pareto_nbd import ParetoNbd, log_likelihoods
from app.bundle.value.rate_booster import RateBooster
from app.bundle.value.value_model import ValueModel
from app.domain.moments import MICROSECONDS_PER_DAY, to_micros
from app.features.history import History
from app.features.outcomes import code_of_event
from training.dataset.history_slices import known_before, select_customers
from training.dataset.snapshots import Window, matched_windows
from training.learning.btyd import fit_parameters
from training.value import rate_boosters as rates
from training.value.booster_share import booster_share
from training.value.buyers import (
    ORDER,
    UNIT_DAYS,
    Outcomes,
    buyers_at,
    day_amounts,
    outcomes_in,
    rhythms_of,
)
from training.value.correction import Lesson, fit_correction, with_total
from training.value.spending import fit_spending

Numbers = NDArray[np.float64]

REVENUE_DAYS: Final = 365  # "the next 12 months"
# Seven numbers are fitted: fewer buyers, or fewer who ever came back, do not determine them.
MIN_BUYERS: Final = 100
MIN_REPEAT_BUYERS: Final = 30
# A revenue is only told where most orders say what they cost: the rest is taken to be like them.
MIN_SHARE_WITH_AMOUNT: Final = 0.8
# Windows only teach what corrects the closed form, and their own needs fewer to be known as well.
MAX_FITTED_IN_WINDOW: Final = 4_000
MAX_CUSTOMERS: Final = 50_000  # 90 features of 8 bytes at six moments; more moves no parameter
COUNTS, AMOUNTS = 1.0, 1.5  # variance of counts as their mean, of amounts as its power 1.5


def fit_value(
    history: History, *, until: datetime, horizon_days: int = REVENUE_DAYS, seed: int = 0
) -> ValueModel | None:
    """Return the value model of what was known before `until`; None where orders tell too little.

    Nothing that occurred or was received at or after `until` is read. Revenue is not forecast
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
    known = _sampled(known_before(history, moment=cut_off))
    _, features = buyers_at(known, as_of=cut_off)
    if not _tells_enough(features):
        return None
    has_amounts = _share_with_amount(known) >= MIN_SHARE_WITH_AMOUNT
    first_at = int(known.occurred_at[known.kind == code_of_event(ORDER)].min())
    # Windows longer than the past before them teach from customers hardly known yet.
    days = max(1, min(horizon_days, (cut_off - first_at) // MICROSECONDS_PER_DAY))
    windows = matched_windows(first_at=first_at, until=cut_off, horizon_days=days)
    model = _closed_form(features, has_amounts=has_amounts, reference_days=days)
    seen = [_seen_in(known, window, has_amounts=has_amounts) for window in windows]
    taught = [part for part in seen if part is not None]
    return _with_rates(_corrected(model, features, taught), taught, seed)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was known and what the closed form said at a window's beginning, and what happened."""

    features: Numbers
    closed_form: ClosedForm
    outcomes: Outcomes
    days: float


def _sampled(history: History) -> History:
    step = -(-history.n_customers // MAX_CUSTOMERS)
    if step <= 1:
        return history
    return select_customers(history, np.arange(0, history.n_customers, step, dtype=np.int64))


def _tells_enough(features: Numbers) -> bool:
    repeats = rhythms_of(features).repeats
    return len(features) >= MIN_BUYERS and int((repeats > 0).sum()) >= MIN_REPEAT_BUYERS


def _share_with_amount(history: History) -> float:
    amounts = history.amount[history.kind == code_of_event(ORDER)]
    return float(np.mean(amounts > 0)) if len(amounts) else 0.0


def _closed_form(features: Numbers, *, has_amounts: bool, reference_days: float) -> ValueModel:
    r, alpha, s, beta = np.exp(fit_parameters(pareto_nbd, rhythms_of(features)))
    timing = ParetoNbd(float(r), float(alpha * UNIT_DAYS), float(s), float(beta * UNIT_DAYS))
    return ValueModel(timing, _spending(features) if has_amounts else None, float(reference_days))


def pareto_nbd(parameters: Numbers, repeats: Numbers, last_at: Numbers, age: Numbers) -> Numbers:
    """Return the log-likelihood of each customer; `parameters` are logs of r, alpha, s, beta.

    That of `training.learning.btyd.pareto_nbd`, by the integral that serves: many times faster.
    """
    r, alpha, s, beta = (float(x) for x in np.exp(np.clip(parameters, -20.0, 20.0)))
    return log_likelihoods(ParetoNbd(r, alpha, s, beta), repeats, last_at, age)


def _spending(features: Numbers) -> GammaGamma | None:
    amounts = day_amounts(features)
    paid = amounts > 0
    if int(paid.sum()) < MIN_BUYERS:
        return None
    return fit_spending(rhythms_of(features).repeats[paid] + 1, amounts[paid])


def _closed_form_of(model: ValueModel, features: Numbers) -> ClosedForm:
    return compute_closed_form(
        features,
        timing=model.timing,
        spending=model.spending,
        reference_days=model.reference_days,
    )


def _seen_in(history: History, window: Window, *, has_amounts: bool) -> _Seen | None:
    """Return None where too little had been seen when the window began."""
    buyers, features = buyers_at(history, as_of=window.as_of)
    if not _tells_enough(features):
        return None
    days = (window.closes_at - window.as_of) / MICROSECONDS_PER_DAY
    step = max(1, len(features) // MAX_FITTED_IN_WINDOW)
    model = _closed_form(features[::step], has_amounts=has_amounts, reference_days=days)
    return _Seen(
        features, _closed_form_of(model, features), outcomes_in(history, window, buyers), days
    )


def _corrected(model: ValueModel, features: Numbers, seen: Sequence[_Seen]) -> ValueModel:
    found = _closed_form_of(model, features)
    per_day = _orders_per_day(features, seen)
    orders = _correction([_timing_lesson(part) for part in seen], COUNTS)
    total = per_day * found.order_days.sum()
    orders = with_total(orders, found.order_days, found.descriptors, total=total)
    if model.spending is None:
        return replace(model, orders=orders)
    return replace(model, orders=orders, revenue=_revenue(found, seen))


def _with_rates(model: ValueModel, seen: Sequence[_Seen], seed: int) -> ValueModel:
    orders = [rates.Observed(part.features, part.outcomes.orders, part.days) for part in seen]
    closed = seen[-1].closed_form.order_days if seen else np.empty(0)
    with_orders = replace(model, orders_rate=_rate(orders, closed, rates.COUNTS, seed))
    if model.spending is None:
        return with_orders
    money = [rates.Observed(part.features, part.outcomes.revenue, part.days) for part in seen]
    closed = closed * seen[-1].closed_form.amount if seen else closed
    return replace(with_orders, revenue_rate=_rate(money, closed, rates.AMOUNTS, seed))


def _rate(
    observed: Sequence[rates.Observed], closed: Numbers, family: rates.Family, seed: int
) -> RateBooster | None:
    rate = rates.fit_rate(observed, family=family, seed=seed)
    if rate is None:
        return None
    return replace(rate, share=booster_share(observed, closed, family=family, seed=seed))


def _revenue(closed_form: ClosedForm, seen: Sequence[_Seen]) -> Correction:
    lessons = [_money_lesson(part) for part in seen]
    correction = _correction(lessons, AMOUNTS)
    ours = _money(closed_form)
    total = _dearer(seen, lessons) * ours.expected.sum()
    return with_total(correction, ours.expected, ours.describing, total=total)


def _correction(lessons: Sequence[Lesson], power: float) -> Correction:
    return fit_correction(lessons, power=power) if lessons else NO_CORRECTION


def _timing_lesson(seen: _Seen) -> Lesson:
    closed_form = seen.closed_form
    return Lesson(closed_form.order_days, closed_form.descriptors, seen.outcomes.order_days)


def _money_lesson(seen: _Seen) -> Lesson:
    told = np.isfinite(seen.closed_form.amount)
    money = _money(seen.closed_form)
    return Lesson(money.expected, money.describing, seen.outcomes.revenue[told])


def _money(closed_form: ClosedForm) -> Lesson:
    """Return expected revenue and description of those whose amounts are known."""
    order_days, amount, descriptors = closed_form
    known = np.isfinite(amount)
    return Lesson(order_days[known] * amount[known], descriptors[known], np.empty(0))


def _orders_per_day(features: Numbers, seen: Sequence[_Seen]) -> float:
    """Return how many orders come on a day with orders, in the windows where there are any."""
    days = sum(float(part.outcomes.order_days.sum()) for part in seen)
    if days > 0:
        return sum(float(part.outcomes.orders.sum()) for part in seen) / days
    return float(
        features[:, ORDER_COLUMNS.orders].sum() / features[:, ORDER_COLUMNS.order_days].sum()
    )


def _dearer(seen: Sequence[_Seen], lessons: Sequence[Lesson]) -> float:
    """Return how much more a day with orders brought in the windows than expected of it.

    Per day, so that it does not matter whether the windows had more or fewer orders than expected.
    """
    days = sum(float(part.outcomes.order_days.sum()) for part in seen)
    expected_days = sum(float(part.closed_form.order_days.sum()) for part in seen)
    revenue = sum(float(lesson.happened.sum()) for lesson in lessons)
    expected = sum(float(lesson.expected.sum()) for lesson in lessons)
    if not (days > 0 and revenue > 0):
        return 1.0
    return (revenue / days) / (expected / expected_days)
