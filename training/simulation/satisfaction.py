"""What happens to a customer on a day, how it changes satisfaction, and what follows from that.

The life of a customer (`life.py`) and the truth about their future (`truth.py`) must both call
these functions: only then is the stated probability that of the process itself.
"""

from math import exp, sqrt

import numpy as np
from numba import njit

from training.simulation.company import ONBOARDING_STEPS
from training.simulation.random_numbers import Stream, exponential, normal, pick, uniform
from training.simulation.records import Calendar, Record

TOPICS = ("billing", "onboarding", "usage", "returns", "technical")
_BILLING, _ONBOARDING, _USAGE = 0, 1, 2
_USUAL_TOPICS = (0.15, 0.0, 0.35, 0.2, 0.3)
_PERCENTS = (4.0, 7.0, 12.0)  # price notices; _PERCENT_SHARES of them
_PERCENT_SHARES = (0.4, 0.4, 0.2)
_DAY = 86_400_000_000
_WEEK = 7
_NEWCOMERS_ASK = 0.6  # share of tickets in the first weeks that are about the start
N_STEPS = len(ONBOARDING_STEPS)


@njit
def leaving_chance(company: Record, satisfaction: float, tenure: int) -> float:
    """Return the probability that an active customer starts to leave today."""
    early = 1.0 + company.leaving_early * exp(-tenure / company.leaving_early_days)
    mood = exp(company.leaving_by_satisfaction * satisfaction)
    return min(company.leaving_per_day * early * mood, 0.5)


@njit
def order_base(company: Record, calendar: Calendar, traits: Record, day: int) -> float:
    """Return the orders expected today of an active customer whose satisfaction is 0."""
    tenure = day - traits.signed_up_at // _DAY
    boost = 1.0 + company.first_weeks_boost * exp(-tenure / company.first_weeks_days)
    return traits.order_rate * boost * calendar.season[day]


@njit
def order_mood(company: Record, satisfaction: float) -> float:
    """Return the factor of satisfaction on orders."""
    return exp(company.orders_by_satisfaction * satisfaction)


@njit
def cancelling_chance(company: Record, satisfaction: float, days_to_renewal: int) -> float:
    """Return the probability that an active customer cancels a running subscription today."""
    mood = exp(company.cancelling_by_satisfaction * satisfaction)
    chance = company.cancelling_per_day * mood * _before_renewal(company, days_to_renewal)
    return min(chance, 0.5)


@njit
def leaver_cancelling_chance(company: Record, days_to_renewal: int) -> float:
    """Return the probability that a leaving customer cancels a running subscription today."""
    return company.cancelling_when_leaving * _before_renewal(company, days_to_renewal)


@njit
def _before_renewal(company: Record, days_to_renewal: int) -> float:
    return company.cancelling_before_renewal if days_to_renewal <= _WEEK else 1.0


@njit
def days_to_renewal(renews_on: int, period: int, day: int) -> int:
    """Return the days from `day` to the next renewal, if every renewal until then happens."""
    days = renews_on - day
    while days < 0:
        days += period
    return days


@njit
def recovered(company: Record, traits: Record, satisfaction: float, steps: int) -> float:
    """Return tomorrow's satisfaction if nothing happens."""
    level = traits.level + company.level_per_step * steps
    return satisfaction + (level - satisfaction) / company.recovery_days


@njit
def experience(
    stream: Stream,
    company: Record,
    calendar: Calendar,
    traits: Record,
    state: Record,
    day: int,
    today: Record,
) -> None:
    """Draw what happens to an active customer today, and change their satisfaction accordingly.

    At most one thing happens a day, besides an onboarding step. All of them are rare, so two on one
    day would change no figure.
    """
    _nothing(today)
    tenure = day - traits.signed_up_at // _DAY
    if state.steps < N_STEPS and tenure <= company.onboarding_days:
        _draw_step(stream, company, traits, state, today)
    remaining = uniform(stream)
    remaining -= calendar.incident_chance[day]
    if remaining < 0.0:
        today.incident_minutes = 5.0 + np.floor(60.0 * exp(0.8 * normal(stream)))
    elif remaining < notice_chance(company, calendar, traits, day, tenure):
        today.notice_percent = _PERCENTS[pick(stream, _PERCENT_SHARES)]
        state.noticed_on = day
    else:
        _draw_rest(stream, company, traits, state, day, today)
    state.satisfaction = recovered(company, traits, state.satisfaction, state.steps)
    state.satisfaction += shock(company, traits, today)


@njit
def _nothing(today: Record) -> None:
    today.incident_minutes = 0.0
    today.notice_percent = 0.0
    today.topic = -1
    today.reply_hours = np.nan
    today.payment_failed = 0
    today.outreach = 0
    today.step = -1


@njit
def _draw_step(
    stream: Stream, company: Record, traits: Record, state: Record, today: Record
) -> None:
    if uniform(stream) < traits.steps_per_day:
        today.step = state.steps
        state.steps += 1
        state.satisfaction += 0.5 * company.level_per_step  # half at once, the rest with time


@njit
def notice_chance(
    company: Record, calendar: Calendar, traits: Record, day: int, tenure: int
) -> float:
    """Return the probability that the customer hears of a new price today."""
    if tenure < company.notice_free_days:
        return 0.0
    return calendar.notice_chance[day, traits.cohort]


@njit
def _draw_rest(
    stream: Stream,
    company: Record,
    traits: Record,
    state: Record,
    day: int,
    today: Record,
) -> None:
    remaining = uniform(stream)
    noticed = state.noticed_on >= 0 and day - state.noticed_on <= company.worry_days
    worry = 1.0 if noticed else 0.0
    remaining -= ticket_chance(company, traits, state.satisfaction, worry)
    if remaining < 0.0:
        draw_ticket(stream, company, traits, day, today, worry)
        return
    remaining -= company.failed_payments_per_day
    if remaining < 0.0:
        today.payment_failed = 1
        return
    calling = company.outreach_per_day
    calling *= exp(company.outreach_by_satisfaction * state.satisfaction)
    if remaining < min(calling, 0.2):
        today.outreach = 1


@njit
def ticket_chance(company: Record, traits: Record, satisfaction: float, worry: float) -> float:
    """Return the probability that an active customer opens a ticket today (`worry`: 1 or 0)."""
    chance = company.tickets_per_day * exp(company.tickets_by_satisfaction * satisfaction)
    chance += worry * company.worried_tickets_per_day * traits.sensitivity
    return min(chance, 0.3)


@njit
def draw_ticket(
    stream: Stream, company: Record, traits: Record, day: int, today: Record, worry: float
) -> None:
    """Draw the topic of today's ticket, and the hours until somebody replies."""
    tenure = day - traits.signed_up_at // _DAY
    topic = pick(stream, _USUAL_TOPICS)
    if tenure <= company.onboarding_days and uniform(stream) < _NEWCOMERS_ASK:
        topic = _ONBOARDING
    if worry > 0.0:
        topic = _BILLING
    today.topic = topic
    kind = uniform(stream)
    if kind < company.unanswered:
        today.reply_hours = np.nan
    elif kind < company.unanswered + company.slow:
        today.reply_hours = company.slow_hours + exponential(stream, 48.0)
    else:
        today.reply_hours = 0.2 + min(exponential(stream, 9.0), 0.9 * company.slow_hours)


@njit
def shock(company: Record, traits: Record, today: Record) -> float:
    """Return by how much today's events change satisfaction; a slow answer counts today already."""
    if today.incident_minutes > 0.0:
        return company.incident_shock * min(sqrt(today.incident_minutes / 60.0), 3.0)
    if today.notice_percent > 0.0:
        return company.notice_shock * today.notice_percent * traits.sensitivity
    if today.topic >= 0:
        if np.isnan(today.reply_hours):
            return company.no_answer_shock
        late = today.reply_hours > company.slow_hours
        return company.slow_answer_shock if late else company.quick_answer_shock
    if today.payment_failed:
        return company.failed_payment_shock
    return company.outreach_shock if today.outreach else 0.0
