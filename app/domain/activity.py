"""What customers do and what is done to them: the vocabulary of the activity log.

Meaning of the columns per type (everything not named here is optional and kept as it came):

=============================  ==========================  ===========================  ===========
type                           ref                         amount                       properties
=============================  ==========================  ===========================  ===========
login
feature_used                   feature                     volume of use (default 1)
order_placed                   order                       value of the order
order_returned                 order                       value returned (positive)
ticket_opened                  ticket                                                   topic
ticket_replied, ticket_closed  ticket
subscription_started, renewed,                             price per period             renews_at
changed
subscription_cancelled
payment_failed                                             amount due
message_sent, opened,          message
clicked, replied
survey_answered                                            answer                       survey
onboarding_step_completed      step                        steps in all (default 5)
price_notice                                               change in percent
incident                       incident                    minutes affected
=============================  ==========================  ===========================  ===========
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from app.domain.moments import parse_moment


class ActivityType(StrEnum):
    """The types that features are built from; any other type is kept and counted as OTHER."""

    OTHER = "other"
    LOGIN = "login"
    FEATURE_USED = "feature_used"
    ORDER_PLACED = "order_placed"
    ORDER_RETURNED = "order_returned"
    TICKET_OPENED = "ticket_opened"
    TICKET_REPLIED = "ticket_replied"
    TICKET_CLOSED = "ticket_closed"
    SUBSCRIPTION_STARTED = "subscription_started"
    SUBSCRIPTION_RENEWED = "subscription_renewed"
    SUBSCRIPTION_CHANGED = "subscription_changed"
    SUBSCRIPTION_CANCELLED = "subscription_cancelled"
    PAYMENT_FAILED = "payment_failed"
    MESSAGE_SENT = "message_sent"
    MESSAGE_OPENED = "message_opened"
    MESSAGE_CLICKED = "message_clicked"
    MESSAGE_REPLIED = "message_replied"
    SURVEY_ANSWERED = "survey_answered"
    ONBOARDING_STEP_COMPLETED = "onboarding_step_completed"
    PRICE_NOTICE = "price_notice"
    INCIDENT = "incident"
    ACCOUNT_KNOWN = "account_known"  # internal: a version of the account, see app.domain.customers


class Channel(StrEnum):
    """Where it happened; any other channel is kept as text and counted as OTHER."""

    NONE = "none"
    OTHER = "other"
    WEB = "web"
    APP = "app"
    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"
    IN_APP = "in_app"
    PHONE = "phone"
    CHAT = "chat"
    STORE = "store"
    RETARGETING = "retargeting"


class Detail(StrEnum):
    """What kind of survey was answered, or what a ticket was about; else OTHER."""

    NONE = "none"
    OTHER = "other"
    NPS = "nps"
    CSAT = "csat"
    BILLING = "billing"
    ONBOARDING = "onboarding"
    USAGE = "usage"
    RETURNS = "returns"
    TECHNICAL = "technical"


# Codes in arrays are positions in these tables. Append only: bundles and databases rely on them.
TYPE_CODES: Mapping[str, int] = MappingProxyType({t.value: i for i, t in enumerate(ActivityType)})
CHANNEL_CODES: Mapping[str, int] = MappingProxyType({c.value: i for i, c in enumerate(Channel)})
DETAIL_CODES: Mapping[str, int] = MappingProxyType({d.value: i for i, d in enumerate(Detail)})

RESERVED_TYPES = frozenset({ActivityType.ACCOUNT_KNOWN.value})
MAX_TEXT_CHARACTERS = 200  # ids, types, channels and refs; longer ones are mistakes or attacks
MAX_AMOUNT = 1e12  # no single order, price or volume of a customer is larger


NO_PROPERTIES: Final[Mapping[str, object]] = MappingProxyType({})


class Activity(NamedTuple):
    """One thing a customer did, or that was done to them; see the table of this module."""

    event_id: str
    customer_id: str
    occurred_at: datetime
    received_at: datetime
    type: str
    channel: str | None = None
    amount: float | None = None
    currency: str | None = None
    ref: str | None = None
    properties: Mapping[str, object] = NO_PROPERTIES


def code_of_type(name: str | None) -> int:
    """Return the code of an activity type; unknown types share the code of OTHER (0)."""
    return TYPE_CODES.get(name or "", 0)


def code_of_channel(name: str | None) -> int:
    """Return the code of a channel: NONE (0) where absent, OTHER (1) where unknown."""
    return CHANNEL_CODES.get(name, 1) if name else 0


def code_of_detail(name: str | None) -> int:
    """Return the code of a detail: NONE (0) where absent, OTHER (1) where unknown."""
    return DETAIL_CODES.get(name, 1) if name else 0


def detail_of(activity_type: str, properties: Mapping[str, object]) -> str | None:
    """Return the detail that features read: a ticket's `topic`, a survey's `survey`, else None."""
    key = DETAIL_PROPERTY.get(activity_type)
    value = properties.get(key) if key else None
    return value if isinstance(value, str) and value else None


def renews_at_of(activity_type: str, properties: Mapping[str, object]) -> datetime | None:
    """Return the renewal date in `renews_at` of a subscription event; None where there is none.

    A value that is no ISO 8601 text is refused with ValueError.
    """
    if activity_type not in RENEWAL_TYPES:
        return None
    value = properties.get(RENEWAL_PROPERTY)
    if value is None:
        return None
    return parse_moment(value if isinstance(value, str) else repr(value))


DETAIL_PROPERTY: Mapping[str, str] = MappingProxyType({
    ActivityType.TICKET_OPENED.value: "topic",
    ActivityType.SURVEY_ANSWERED.value: "survey",
})
RENEWAL_PROPERTY = "renews_at"
RENEWAL_TYPES = frozenset({
    ActivityType.SUBSCRIPTION_STARTED.value,
    ActivityType.SUBSCRIPTION_RENEWED.value,
    ActivityType.SUBSCRIPTION_CHANGED.value,
})
