"""Who a customer is: everything about them that never changes."""

from math import exp

from numba import njit

from training.simulation.company import COHORTS
from training.simulation.random_numbers import Stream, exponential, normal, pick, uniform
from training.simulation.records import Record

DAY = 86_400_000_000  # microseconds
_YEAR = 365.0

# Shares: size of the customer decides about plan and rate alike, so the plan says something.
_PLANS = (0.5, 0.35, 0.15)
_CHANNELS = (0.3, 0.25, 0.2, 0.15, 0.1)  # positions in ACQUISITION_CHANNELS
_OWNERS = (0.25, 0.25, 0.2, 0.2, 0.1)
_CONSENTS = (0.85, 0.4, 0.5, 0.3)  # email, sms, push, phone
ACQUISITION_CHANNELS = ("search", "social", "referral", "partner", "outbound")
_SLOW_STARTERS = 0.25  # most of them never finish
_COSTS = (18.0, 25.0, 8.0, 30.0, 60.0)  # mean, per acquisition channel
CURRENCY = "EUR"
OWNERS = ("ana", "bo", "chen", "dara", "emil")


@njit
def draw_traits(stream: Stream, traits: Record, company: Record, n_days: int) -> None:
    """Fill `traits` with a new customer who signs up within the `n_days` of the log."""
    _draw_contract(stream, traits, company, n_days)
    _draw_rates(stream, traits, company)
    traits.sensitivity = exponential(stream, 0.5) + exponential(stream, 0.5)  # gamma(2), mean 1
    traits.level = company.level_at_start + company.level_spread * normal(stream)
    traits.speed = exp(0.5 * normal(stream))
    traits.app_share = uniform(stream)
    slowness = 0.25 if uniform(stream) < _SLOW_STARTERS else 1.2
    traits.steps_per_day = company.steps_per_day * slowness
    traits.cohort = int(uniform(stream) * COHORTS)


@njit
def _draw_contract(stream: Stream, traits: Record, company: Record, n_days: int) -> None:
    at = uniform(stream)
    at = at * 0.1 if uniform(stream) < company.launch_share else at
    day = int(at * n_days)
    hour = 6.0 + 12.0 * uniform(stream)
    traits.signed_up_at = day * DAY + int(hour * 3600.0) * 1_000_000
    subscribes = uniform(stream) < company.subscribing
    traits.subscribes_on = day + int(21.0 * uniform(stream) ** 2) if subscribes else -1
    traits.plan = pick(stream, _PLANS)
    traits.annual = uniform(stream) < company.annual
    traits.acquired = pick(stream, _CHANNELS)
    traits.acquisition_cost = round(exponential(stream, _COSTS[traits.acquired]), 2)
    traits.owner = pick(stream, _OWNERS)
    consent = 0
    for position in range(len(_CONSENTS)):
        if uniform(stream) < _CONSENTS[position]:
            consent |= 1 << position
    traits.consent = consent


@njit
def _draw_rates(stream: Stream, traits: Record, company: Record) -> None:
    size = 0.35 * (traits.plan - 0.65)  # log rate; bigger plans, bigger customers
    per_year = company.orders_per_year * exp(size + company.orders_spread * normal(stream))
    traits.order_rate = per_year / _YEAR
    looking = company.logins_per_order * exp(company.logins_spread * normal(stream))
    traits.login_rate = traits.order_rate * looking
    uses = company.uses_per_login * exp(company.uses_spread * normal(stream))
    traits.uses_per_login = min(uses, 20.0)
    traits.order_value = 40.0 * exp(0.6 * normal(stream) + size)
