"""From what happens on a day to events of the log, one function for each subject."""

from math import exp, isnan

import numpy as np
from numba import njit

from app.domain.activity import CHANNEL_CODES, TYPE_CODES, ActivityType, Channel
from training.simulation.company import ONBOARDING_STEPS, PLAN_PRICES
from training.simulation.random_numbers import exponential, normal, pick, poisson, uniform
from training.simulation.records import Record, Scene
from training.simulation.satisfaction import TOPICS

# What the field `label` of an event points at: ticket topics, kinds of surveys, message reasons.
LABELS = (*TOPICS, "nps", "csat", "campaign", "outreach")
_NPS, _CSAT, _CAMPAIGN, _OUTREACH = range(len(TOPICS), len(LABELS))

LOGIN = TYPE_CODES[ActivityType.LOGIN]
FEATURE_USED = TYPE_CODES[ActivityType.FEATURE_USED]
ORDER_PLACED = TYPE_CODES[ActivityType.ORDER_PLACED]
ORDER_RETURNED = TYPE_CODES[ActivityType.ORDER_RETURNED]
TICKET_OPENED = TYPE_CODES[ActivityType.TICKET_OPENED]
TICKET_REPLIED = TYPE_CODES[ActivityType.TICKET_REPLIED]
TICKET_CLOSED = TYPE_CODES[ActivityType.TICKET_CLOSED]
PAYMENT_FAILED = TYPE_CODES[ActivityType.PAYMENT_FAILED]
MESSAGE_SENT = TYPE_CODES[ActivityType.MESSAGE_SENT]
MESSAGE_OPENED = TYPE_CODES[ActivityType.MESSAGE_OPENED]
MESSAGE_CLICKED = TYPE_CODES[ActivityType.MESSAGE_CLICKED]
MESSAGE_REPLIED = TYPE_CODES[ActivityType.MESSAGE_REPLIED]
SURVEY_ANSWERED = TYPE_CODES[ActivityType.SURVEY_ANSWERED]
STEP_COMPLETED = TYPE_CODES[ActivityType.ONBOARDING_STEP_COMPLETED]
PRICE_NOTICE = TYPE_CODES[ActivityType.PRICE_NOTICE]
INCIDENT = TYPE_CODES[ActivityType.INCIDENT]

NONE = CHANNEL_CODES[Channel.NONE]
OTHER = CHANNEL_CODES[Channel.OTHER]
WEB = CHANNEL_CODES[Channel.WEB]
APP = CHANNEL_CODES[Channel.APP]
EMAIL = CHANNEL_CODES[Channel.EMAIL]
SMS = CHANNEL_CODES[Channel.SMS]
PUSH = CHANNEL_CODES[Channel.PUSH]
IN_APP = CHANNEL_CODES[Channel.IN_APP]
PHONE = CHANNEL_CODES[Channel.PHONE]
CHAT = CHANNEL_CODES[Channel.CHAT]
STORE = CHANNEL_CODES[Channel.STORE]
RETARGETING = CHANNEL_CODES[Channel.RETARGETING]

# Orders, tickets and messages: on which channels, in which shares.
_ORDER_CHANNELS, _ORDER_SHARES = (WEB, STORE, PHONE, OTHER), (0.84, 0.09, 0.04, 0.03)
_TICKET_CHANNELS, _TICKET_SHARES = (EMAIL, CHAT, PHONE, WEB), (0.4, 0.3, 0.2, 0.1)
_MESSAGE_CHANNELS = (EMAIL, SMS, PUSH, PHONE, IN_APP, RETARGETING)  # the first four need consent
_MESSAGE_SHARES = (0.5, 0.1, 0.15, 0.05, 0.12, 0.08)
_OPENED = (0.9, 1.5, 0.8, 1.6, 1.1, 0.3)  # factors on `Company.opening`
_HOURS = (14.0, 1.0, 2.0, 0.1, 20.0, 30.0)  # median hours until opened
_N_CONSENTS = 4
_WHOLE_RETURNS = 0.6  # the other returns are half the order
_NPS_BY_EMAIL = 0.6
_OUTREACH_ANSWERED = 0.7
_FEATURE_SHARES = (0.3, 0.15, 0.2, 0.05, 0.1, 0.1, 0.06, 0.04)

DAY = 86_400_000_000
HOUR = 3_600_000_000
SECOND = 1_000_000


@njit
def emit(
    scene: Scene,
    kind: int,
    moment: int,
    channel: int = NONE,
    number: int = -1,
    amount: float = np.nan,
    label: int = -1,
    until: int = -1,
) -> None:
    """Append an event, unless it happens or arrives after the log was closed."""
    stream = scene.stream
    late = scene.company.late * (4.0 if channel in {STORE, APP} else 1.0)
    received = moment
    if uniform(stream) < late:
        received += int(exponential(stream, 9.0) * HOUR) // SECOND * SECOND
    if received >= scene.calendar.n_days * DAY:
        return
    at = scene.n_events[0]
    scene.n_events[0] += 1
    if at >= len(scene.log):
        return  # the caller sees the count, and starts again with more capacity
    event = scene.log[at]
    event.customer = scene.customer[0]
    event.occurred_at = moment
    event.received_at = received
    event.kind = kind
    event.channel = channel
    event.number = number
    event.amount = amount
    event.label = label
    event.until = until


@njit
def moment_on(scene: Scene, traits: Record, day: int) -> int:
    """Return a moment of the day, in whole seconds and after sign-up, when people are awake."""
    hours = 6.0 + 9.0 * (uniform(scene.stream) + uniform(scene.stream)) - 0.01
    moment = day * DAY + int(hours * 3600.0) * SECOND
    first = traits.signed_up_at + int(60.0 + 7200.0 * uniform(scene.stream)) * SECOND
    return max(moment, first)


@njit
def later(moment: int, hours: float) -> int:
    """Return the moment some hours later, in whole seconds and at least one second later."""
    return moment + max(int(hours * 3600.0), 1) * SECOND


@njit
def web_or_app(scene: Scene, traits: Record) -> int:
    """Return whether this customer uses the web or the app today."""
    return APP if uniform(scene.stream) < traits.app_share else WEB


@njit
def emit_visit(scene: Scene, traits: Record, day: int, uses: float) -> None:
    """Log a login and the features used in it (`uses` expected)."""
    channel = web_or_app(scene, traits)
    moment = moment_on(scene, traits, day)
    emit(scene, LOGIN, moment, channel)
    for _ in range(poisson(scene.stream, uses)):
        moment = later(moment, 0.002 + 0.1 * uniform(scene.stream))
        feature = pick(scene.stream, _FEATURE_SHARES)
        volume = 1.0 + poisson(scene.stream, 0.8)
        emit(scene, FEATURE_USED, moment, channel, feature, volume)


@njit
def emit_order(scene: Scene, traits: Record, state: Record, day: int) -> None:
    """Log an order, and perhaps its return."""
    stream = scene.stream
    channel = _ORDER_CHANNELS[pick(stream, _ORDER_SHARES)]
    moment = moment_on(scene, traits, day)
    if channel == WEB:
        channel = web_or_app(scene, traits)
    value = round(traits.order_value * exp(0.45 * normal(stream)), 2)
    state.orders += 1
    emit(scene, ORDER_PLACED, moment, channel, state.orders, value)
    if uniform(stream) < scene.company.returning:
        share = 1.0 if uniform(stream) < _WHOLE_RETURNS else 0.5
        back = later(moment, 24.0 * (4.0 + 14.0 * uniform(stream)))
        emit(scene, ORDER_RETURNED, back, channel, state.orders, round(share * value, 2))


@njit
def emit_ticket(
    scene: Scene, traits: Record, state: Record, day: int, topic: int, hours: float
) -> None:
    """Log a ticket about `topic`: its reply after `hours` (NaN = none), its end, its survey."""
    stream = scene.stream
    channel = _TICKET_CHANNELS[pick(stream, _TICKET_SHARES)]
    state.tickets += 1
    moment = moment_on(scene, traits, day)
    emit(scene, TICKET_OPENED, moment, channel, state.tickets, label=topic)
    if isnan(hours):
        moment = later(moment, scene.company.given_up_hours)
        emit(scene, TICKET_CLOSED, moment, channel, state.tickets)
        return
    moment = later(moment, hours)
    emit(scene, TICKET_REPLIED, moment, channel, state.tickets)
    moment = later(moment, exponential(stream, 20.0))
    emit(scene, TICKET_CLOSED, moment, channel, state.tickets)
    if uniform(stream) < scene.company.survey_after_ticket:
        slow = hours > scene.company.slow_hours
        answer = 4.0 + 0.7 * state.satisfaction - 1.2 * slow + 0.7 * normal(stream)
        answer = min(max(round(answer), 1.0), 5.0)
        moment = later(moment, exponential(stream, 10.0))
        emit(scene, SURVEY_ANSWERED, moment, EMAIL, amount=answer, label=_CSAT)


@njit
def emit_nps(scene: Scene, traits: Record, state: Record, day: int) -> None:
    """Log an answer from 0 to 10 that follows satisfaction, with a standard deviation of 1.2."""
    answer = round(8.0 + 2.2 * state.satisfaction + 1.2 * normal(scene.stream))
    channel = EMAIL if uniform(scene.stream) < _NPS_BY_EMAIL else IN_APP
    moment = moment_on(scene, traits, day)
    emit(scene, SURVEY_ANSWERED, moment, channel, amount=min(max(answer, 0.0), 10.0), label=_NPS)


@njit
def emit_message(scene: Scene, traits: Record, state: Record, day: int, attention: float) -> None:
    """Log a campaign message on a channel with consent, and what the customer does with it."""
    position = pick(scene.stream, _MESSAGE_SHARES)
    if position < _N_CONSENTS and not (traits.consent >> position) & 1:
        return
    state.messages += 1
    number, channel = state.messages, _MESSAGE_CHANNELS[position]
    moment = moment_on(scene, traits, day)
    emit(scene, MESSAGE_SENT, moment, channel, number, label=_CAMPAIGN)
    opening = scene.company.opening * _OPENED[position] * attention
    if uniform(scene.stream) >= opening:
        return
    hours = _HOURS[position] * traits.speed * exp(0.7 * normal(scene.stream))
    moment = later(moment, hours)
    emit(scene, MESSAGE_OPENED, moment, channel, number)
    if uniform(scene.stream) < scene.company.clicking:
        emit(scene, MESSAGE_CLICKED, later(moment, 0.02), channel, number)
    if uniform(scene.stream) < scene.company.replying and channel != RETARGETING:
        emit(scene, MESSAGE_REPLIED, later(moment, 0.1 * traits.speed), channel, number)


@njit
def emit_outreach(scene: Scene, traits: Record, state: Record, day: int) -> None:
    """Log a personal call (with consent) or mail; most are answered."""
    channel = PHONE if traits.consent >> 3 & 1 else EMAIL
    state.messages += 1
    moment = moment_on(scene, traits, day)
    emit(scene, MESSAGE_SENT, moment, channel, state.messages, label=_OUTREACH)
    moment = later(moment, 0.05 if channel == PHONE else exponential(scene.stream, 8.0))
    emit(scene, MESSAGE_OPENED, moment, channel, state.messages)
    if uniform(scene.stream) < _OUTREACH_ANSWERED:
        emit(scene, MESSAGE_REPLIED, later(moment, 0.1), channel, state.messages)


@njit
def emit_experience(scene: Scene, traits: Record, state: Record, day: int) -> None:
    """Log what `experience` drew for today."""
    today = scene.today
    if today.step >= 0:
        step, steps = today.step, float(len(ONBOARDING_STEPS))
        emit(scene, STEP_COMPLETED, moment_on(scene, traits, day), WEB, step, steps)
    if today.incident_minutes > 0.0:
        moment = max(day * DAY + 12 * HOUR, traits.signed_up_at + HOUR)
        emit(scene, INCIDENT, moment, NONE, day, today.incident_minutes)
    if today.notice_percent > 0.0:
        percent = today.notice_percent
        state.price_due *= 1.0 + percent / 100.0
        emit(scene, PRICE_NOTICE, later(day * DAY, 9.0), EMAIL, amount=percent)
    if today.topic >= 0:
        emit_ticket(scene, traits, state, day, today.topic, today.reply_hours)
    if today.payment_failed:
        due = state.price if state.running else traits.order_value
        emit(scene, PAYMENT_FAILED, moment_on(scene, traits, day), NONE, amount=round(due, 2))
    if today.outreach:
        emit_outreach(scene, traits, state, day)


@njit
def plan_price(plan: int, annual: int) -> float:
    """Return the list price of a plan per period; an annual plan costs ten months (`annual` 1)."""
    return PLAN_PRICES[plan] * (10.0 if annual else 1.0)
