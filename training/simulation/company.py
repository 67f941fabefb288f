"""The simulated company: every number of the process, with its reason.

How the process works
---------------------
Each customer has traits that never change (how often they order, log in and use features, how they
react to prices) and a *satisfaction* that changes daily: back towards the customer's own level, and
by what happens to them (incidents, price notices, slow answers, failed payments, onboarding steps,
outreach). Once a day an active customer may start to leave, with a hazard that falls with
satisfaction. Leaving is gradual: logins and usage drop at once, orders follow over months, and the
subscription is usually cancelled on the way. Nobody comes back.

What decides about the future (rates, satisfaction, whether and since when a customer is leaving) is
therefore hidden, but leaves frequent traces: rates show in logins and orders, leaving in missing
logins, and satisfaction in what happened to the customer, in tickets and in surveys.
"""

from dataclasses import asdict, dataclass

import numpy as np

from training.simulation.records import Record


@dataclass(frozen=True, slots=True)
class Company:
    """The parameters of the process.

    Rates are per year where they say so, else per day. Satisfaction has no unit: 0 is content,
    +1 delighted, -1 angry.
    """

    # Rates of an active customer.
    orders_per_year: float = 16.0  # median: every three weeks, as in a shop for consumables
    orders_spread: float = 0.27  # log sd within a plan; plans differ by a factor of 1.4 each
    logins_per_order: float = 2.6  # people stay signed in, and most visits only look
    logins_spread: float = 0.05  # log sd: customers are alike in how much they look before they buy
    uses_per_login: float = 0.2  # feature uses that are worth an event
    uses_spread: float = 1.2  # log sd: few power users make most of the usage
    first_weeks_boost: float = 0.8  # newcomers order up to 1.8 times as often
    first_weeks_days: float = 14.0
    orders_by_satisfaction: float = 0.12  # log rate of orders per unit of satisfaction
    logins_by_satisfaction: float = 0.25  # logins react twice as much as orders

    # Satisfaction.
    level_spread: float = 0.25  # sd of the customers' own levels
    level_per_step: float = 0.12  # customers who know the product like it better
    level_at_start: float = -0.4  # a customer without onboarding is below content
    recovery_days: float = 40.0  # anger halves within a month
    incident_shock: float = -0.25  # per square root of an hour affected
    notice_shock: float = -0.07  # per percent of price, times the customer's sensitivity
    slow_answer_shock: float = -0.6
    no_answer_shock: float = -1.0
    quick_answer_shock: float = 0.1
    failed_payment_shock: float = -0.4
    outreach_shock: float = 0.5

    # What happens to an active customer.
    incidents_per_day: float = 0.04  # of the company: 15 a year
    incident_reach: float = 0.1  # share of customers affected by one
    notices_per_day: float = 0.009  # of the company: 3 a year, each to one cohort of three
    notice_reach: float = 0.9
    notice_free_days: float = 60.0  # newcomers keep the price they signed for
    tickets_per_day: float = 0.003  # about one a year
    tickets_by_satisfaction: float = -0.5
    worry_days: int = 12  # how long a price notice keeps people writing
    worried_tickets_per_day: float = 0.012  # times sensitivity
    unanswered: float = 0.08  # share of tickets that nobody answers
    given_up_hours: float = 240.0  # after which such a ticket is closed all the same
    slow: float = 0.17  # share answered late
    slow_hours: float = 48.0  # late: after two days
    failed_payments_per_day: float = 0.0015  # a card expires every other year
    outreach_per_day: float = 0.002  # a personal call or mail, every other year
    outreach_by_satisfaction: float = -0.6  # the company calls those who complain
    onboarding_days: int = 28  # steps are done in the first four weeks or never
    steps_per_day: float = 0.22  # four in five finish all steps

    # Leaving.
    leaving_per_day: float = 0.00025  # hazard of a content customer with a habit: 9 % a year
    leaving_by_satisfaction: float = -1.3  # an angry one leaves 3.7 times as likely
    leaving_early: float = 27.0  # newcomers without habit leave many times as likely
    leaving_early_days: float = 30.0
    login_drop: float = 0.1  # factor on logins at once: customers who decided to go stop looking
    login_fade_days: float = 12.0
    use_fade_days: float = 12.0
    order_fade_days: float = 40.0  # orders follow more slowly

    # Subscriptions.
    subscribing: float = 0.65  # the others only order
    annual: float = 0.25
    cancelling_per_day: float = 0.0006  # of an active, content customer
    cancelling_by_satisfaction: float = -1.0
    cancelling_when_leaving: float = 0.03  # half within three weeks
    cancelling_before_renewal: float = 3.0  # times as likely in the week before a renewal
    cancelling_after_failed_payment: float = 0.08  # on the day itself
    changes_per_day: float = 0.0008  # of the plan

    # Contact and answers.
    messages_per_day: float = 0.012  # one every twelve weeks
    opening: float = 0.5
    clicking: float = 0.25
    replying: float = 0.12
    surveys_per_day: float = 0.004
    survey_after_ticket: float = 0.4
    returning: float = 0.05  # share of orders
    late: float = 0.03  # share of events that arrive late; four times that in stores and the app

    # The calendar.
    launch_share: float = 0.3  # customers who came with the launch, in the first tenth of the days
    december_peak: float = 0.35  # orders in the four weeks before Christmas
    january_dip: float = -0.25  # and the slump that pays for it
    summer_dip: float = -0.08
    weekend: float = 0.75  # orders on Saturdays and Sundays, in terms of a weekday

    def as_record(self) -> Record:
        """Return the numbers as an element of a structured array, which compiled code can read."""
        numbers = asdict(self)
        fields = np.dtype([(name, "f8") for name in numbers])
        return np.array([tuple(numbers.values())], fields)[0]


HORIZON_DAYS = 90
ONBOARDING_STEPS = ("profile", "first_search", "payment_method", "first_order", "app_installed")
FEATURES = ("search", "wishlist", "reorder", "export", "reports", "price_alert", "team", "api")
PLANS = ("basic", "plus", "pro")
PLAN_PRICES = (15.0, 39.0, 99.0)  # per month; a year costs ten months
COHORTS = 3
