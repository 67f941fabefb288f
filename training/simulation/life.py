"""The life of one customer, day by day: from sign-up to the end of the horizon after the log."""

from math import exp

import numpy as np
from numba import njit
from numpy.typing import NDArray

from app.domain.activity import TYPE_CODES, ActivityType
from training.simulation.company import HORIZON_DAYS, PLANS
from training.simulation.events import (
    DAY,
    NONE,
    emit,
    emit_experience,
    emit_message,
    emit_nps,
    emit_order,
    emit_visit,
    moment_on,
    plan_price,
)
from training.simulation.random_numbers import poisson, uniform
from training.simulation.records import Record, Scene
from training.simulation.satisfaction import (
    cancelling_chance,
    draw_ticket,
    experience,
    leaver_cancelling_chance,
    leaving_chance,
    notice_chance,
    order_base,
    order_mood,
    ticket_chance,
)
from training.simulation.truth import period_of

STARTED = TYPE_CODES[ActivityType.SUBSCRIPTION_STARTED]
RENEWED = TYPE_CODES[ActivityType.SUBSCRIPTION_RENEWED]
CHANGED = TYPE_CODES[ActivityType.SUBSCRIPTION_CHANGED]
CANCELLED = TYPE_CODES[ActivityType.SUBSCRIPTION_CANCELLED]


@njit
def live(scene: Scene, traits: Record, state: NDArray[np.void], outcome: Record) -> None:
    """Simulate a life; `state` receives the state at the end of the log, and that at the very end.

    What happens after the log is not logged: it is the realised outcome.
    """
    n_days = scene.calendar.n_days
    now = state[1]
    _start(traits, now)
    for day in range(traits.signed_up_at // DAY, n_days + HORIZON_DAYS):
        if day == n_days:
            outcome.orders_before = now.orders
            state[0] = now
        orders, cancelled = _act(scene, traits, now, day)
        if day < n_days:
            _log_day(scene, traits, now, day, orders)
        else:
            outcome.orders_after += orders
            outcome.cancelled_after |= cancelled


@njit
def _start(traits: Record, state: Record) -> None:
    state.satisfaction = traits.level
    state.steps, state.orders, state.tickets, state.messages = 0, 0, 0, 0
    state.fading_since, state.noticed_on = -1, -1
    state.running, state.renews_on = 0, -1
    state.plan = traits.plan
    state.price, state.price_due = 0.0, 1.0


@njit
def _act(scene: Scene, traits: Record, state: Record, day: int) -> tuple[int, int]:
    """Simulate one day; return the orders placed, and 1 if the customer cancelled (else 0)."""
    company, stream = scene.company, scene.stream
    tenure = day - traits.signed_up_at // DAY
    leaving = leaving_chance(company, state.satisfaction, tenure)
    if state.fading_since < 0 and uniform(stream) < leaving:
        state.fading_since = day
    rate = order_base(company, scene.calendar, traits, day)
    rate *= order_mood(company, state.satisfaction)
    rate *= _faded(state, day, 1.0, company.order_fade_days)
    orders = poisson(stream, rate)
    days_left = state.renews_on - day
    cancelling = cancelling_chance(company, state.satisfaction, days_left)
    if state.fading_since >= 0:
        cancelling = leaver_cancelling_chance(company, days_left)
        _experience_of_leaver(scene, traits, state, day)
    else:
        experience(stream, company, scene.calendar, traits, state, day, scene.today)
    if scene.today.payment_failed:
        cancelling += company.cancelling_after_failed_payment
    return orders, _subscribe(scene, traits, state, day, cancelling)


@njit
def _faded(state: Record, day: int, drop: float, days: float) -> float:
    """Return the factor on a rate: 1 while active, else `drop`, divided by e every `days`."""
    if state.fading_since < 0:
        return 1.0
    return drop * exp((state.fading_since - day) / days)


@njit
def _experience_of_leaver(scene: Scene, traits: Record, state: Record, day: int) -> None:
    """Draw what still happens to a customer who is leaving; it no longer changes their mind."""
    today, stream, company = scene.today, scene.stream, scene.company
    today.step, today.topic = -1, -1
    today.payment_failed, today.outreach = 0, 0
    today.incident_minutes, today.notice_percent = 0.0, 0.0
    if uniform(stream) < scene.calendar.incident_chance[day]:
        today.incident_minutes = 30.0
    tenure = day - traits.signed_up_at // DAY
    if uniform(stream) < notice_chance(company, scene.calendar, traits, day, tenure):
        today.notice_percent = 7.0
    tickets = ticket_chance(company, traits, state.satisfaction, 0.0)
    if uniform(stream) < tickets * _faded(state, day, 1.0, company.use_fade_days):
        draw_ticket(stream, company, traits, day, today, 0.0)


@njit
def _subscribe(scene: Scene, traits: Record, state: Record, day: int, cancelling: float) -> int:
    """Start, renew, change or cancel today; return 1 if cancelled."""
    if day == traits.subscribes_on and state.fading_since < 0:
        state.running, state.renews_on = 1, day + period_of(traits)
        state.price = plan_price(state.plan, traits.annual)
        _emit_subscription(scene, traits, state, day, STARTED)
        return 0
    if not state.running:
        return 0
    if uniform(scene.stream) < cancelling:
        state.running = 0
        _emit_subscription(scene, traits, state, day, CANCELLED)
        return 1
    if day == state.renews_on:
        _renew(scene, traits, state, day)
    elif state.fading_since < 0 and uniform(scene.stream) < scene.company.changes_per_day:
        _change_plan(scene, traits, state, day)
    return 0


@njit
def _renew(scene: Scene, traits: Record, state: Record, day: int) -> None:
    state.renews_on += period_of(traits)
    state.price = round(state.price * state.price_due, 2)
    state.price_due = 1.0
    _emit_subscription(scene, traits, state, day, RENEWED)


@njit
def _change_plan(scene: Scene, traits: Record, state: Record, day: int) -> None:
    """Take a bigger plan, more likely if satisfied, or a smaller one."""
    step = 1 if uniform(scene.stream) < 0.5 + 0.4 * state.satisfaction else -1
    plan = state.plan + step
    if plan < 0 or plan >= len(PLANS):
        return
    old = plan_price(state.plan, traits.annual)
    state.price = round(state.price / old * plan_price(plan, traits.annual), 2)
    state.plan = plan
    _emit_subscription(scene, traits, state, day, CHANGED)


@njit
def _emit_subscription(scene: Scene, traits: Record, state: Record, day: int, kind: int) -> None:
    """Log a change; `number` is the plan, and one that is cancelled has no price and no renewal."""
    if day >= scene.calendar.n_days:
        return
    moment = moment_on(scene, traits, day)
    if kind == CANCELLED:
        emit(scene, kind, moment, NONE, state.plan)
    else:
        emit(scene, kind, moment, NONE, state.plan, state.price, until=state.renews_on)


@njit
def _log_day(scene: Scene, traits: Record, state: Record, day: int, orders: int) -> None:
    """Log what a customer did on a day, and what the company did."""
    company, stream = scene.company, scene.stream
    for _ in range(orders):
        emit_order(scene, traits, state, day)
    emit_experience(scene, traits, state, day)
    fade = _faded(state, day, company.login_drop, company.login_fade_days)
    mood = exp(company.logins_by_satisfaction * state.satisfaction)
    visits = traits.login_rate * mood * fade * scene.calendar.season[day]
    uses = traits.uses_per_login * _faded(state, day, 1.0, company.use_fade_days)
    for _ in range(poisson(stream, visits)):
        emit_visit(scene, traits, day, uses)
    if uniform(stream) < company.messages_per_day:
        emit_message(scene, traits, state, day, fade)
    if uniform(stream) < company.surveys_per_day * fade:
        emit_nps(scene, traits, state, day)
