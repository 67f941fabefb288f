"""Activity types as kernels see them: their codes, whose activity they are, and their event groups.

A new activity type takes two edits besides the family that reads it: the type itself, at the end of
`app.domain.activity.ActivityType`, and its group here. Types that the company or its systems cause
also belong in `_NOT_OWN`. A kernel that distinguishes the types of a group needs a constant here.
"""

import numpy as np

from app.domain.activity import (
    CHANNEL_CODES,
    DETAIL_CODES,
    TYPE_CODES,
    ActivityType,
    Channel,
    Detail,
)

N_KINDS = len(TYPE_CODES)
N_CHANNELS = len(CHANNEL_CODES)
N_DETAILS = len(DETAIL_CODES)

OTHER = TYPE_CODES[ActivityType.OTHER]
ORDER_PLACED = TYPE_CODES[ActivityType.ORDER_PLACED]
TICKET_OPENED = TYPE_CODES[ActivityType.TICKET_OPENED]
TICKET_REPLIED = TYPE_CODES[ActivityType.TICKET_REPLIED]
SUBSCRIPTION_STARTED = TYPE_CODES[ActivityType.SUBSCRIPTION_STARTED]
SUBSCRIPTION_RENEWED = TYPE_CODES[ActivityType.SUBSCRIPTION_RENEWED]
SUBSCRIPTION_CHANGED = TYPE_CODES[ActivityType.SUBSCRIPTION_CHANGED]
SUBSCRIPTION_CANCELLED = TYPE_CODES[ActivityType.SUBSCRIPTION_CANCELLED]
MESSAGE_SENT = TYPE_CODES[ActivityType.MESSAGE_SENT]
ACCOUNT_KNOWN = TYPE_CODES[ActivityType.ACCOUNT_KNOWN]

NO_CHANNEL = CHANNEL_CODES[Channel.NONE]
EMAIL = CHANNEL_CODES[Channel.EMAIL]
SMS = CHANNEL_CODES[Channel.SMS]
PUSH = CHANNEL_CODES[Channel.PUSH]
IN_APP = CHANNEL_CODES[Channel.IN_APP]
PHONE = CHANNEL_CODES[Channel.PHONE]

NPS = DETAIL_CODES[Detail.NPS]
CSAT = DETAIL_CODES[Detail.CSAT]
BILLING = DETAIL_CODES[Detail.BILLING]

# What the company or its systems do does not show that a customer is active. Renewals and failed
# payments happen by themselves. A type outside the vocabulary counts as the customer's activity.
_NOT_OWN = (
    ActivityType.TICKET_REPLIED,
    ActivityType.TICKET_CLOSED,
    ActivityType.SUBSCRIPTION_RENEWED,
    ActivityType.PAYMENT_FAILED,
    ActivityType.MESSAGE_SENT,
    ActivityType.PRICE_NOTICE,
    ActivityType.INCIDENT,
    ActivityType.ACCOUNT_KNOWN,
)
IS_OWN = np.ones(N_KINDS, np.bool_)
IS_OWN[[TYPE_CODES[kind] for kind in _NOT_OWN]] = False

_GROUPS: list[tuple[ActivityType, ...]] = []


def _group(*types: ActivityType) -> int:
    """Add a group of types that are read together in the order of time; return its number."""
    _GROUPS.append(types)
    return len(_GROUPS) - 1


OTHERS = _group(ActivityType.OTHER)
LOGINS = _group(ActivityType.LOGIN)
USAGE = _group(ActivityType.FEATURE_USED)
ORDERS = _group(ActivityType.ORDER_PLACED)
RETURNS = _group(ActivityType.ORDER_RETURNED)
TICKETS = _group(
    ActivityType.TICKET_OPENED,
    ActivityType.TICKET_REPLIED,
    ActivityType.TICKET_CLOSED,
)
SUBSCRIPTIONS = _group(
    ActivityType.SUBSCRIPTION_STARTED,
    ActivityType.SUBSCRIPTION_RENEWED,
    ActivityType.SUBSCRIPTION_CHANGED,
    ActivityType.SUBSCRIPTION_CANCELLED,
    ActivityType.ACCOUNT_KNOWN,
)
PAYMENTS = _group(ActivityType.PAYMENT_FAILED)
MESSAGES = _group(
    ActivityType.MESSAGE_SENT,
    ActivityType.MESSAGE_OPENED,
    ActivityType.MESSAGE_CLICKED,
    ActivityType.MESSAGE_REPLIED,
)
SURVEYS = _group(ActivityType.SURVEY_ANSWERED)
STEPS = _group(ActivityType.ONBOARDING_STEP_COMPLETED)
PRICE_NOTICES = _group(ActivityType.PRICE_NOTICE)
INCIDENTS = _group(ActivityType.INCIDENT)

N_GROUPS = len(_GROUPS)
EVERY_GROUP = tuple(range(N_GROUPS))


def _group_of(activity_type: ActivityType) -> int:
    for group, types in enumerate(_GROUPS):
        if activity_type in types:
            return group
    raise LookupError(f"activity type {activity_type} is in no event group of {__name__}; add it")


GROUP_OF_KIND = np.array([_group_of(activity_type) for activity_type in ActivityType], np.int64)
