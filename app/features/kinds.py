"""Activity types as kernels see them: their codes, whose doing they are, who measures them."""

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

# What the company or its machinery does says nothing about the customer being alive. A renewal or a
# failed payment happens by itself; a type we do not know counts as the customer's doing.
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

# Types that one family reads together, in the order of time, stand in one group.
_GROUPS: tuple[tuple[ActivityType, ...], ...] = (
    (ActivityType.OTHER,),
    (ActivityType.LOGIN,),
    (ActivityType.FEATURE_USED,),
    (ActivityType.ORDER_PLACED,),
    (ActivityType.ORDER_RETURNED,),
    (ActivityType.TICKET_OPENED, ActivityType.TICKET_REPLIED, ActivityType.TICKET_CLOSED),
    (
        ActivityType.SUBSCRIPTION_STARTED,
        ActivityType.SUBSCRIPTION_RENEWED,
        ActivityType.SUBSCRIPTION_CHANGED,
        ActivityType.SUBSCRIPTION_CANCELLED,
        ActivityType.ACCOUNT_KNOWN,
    ),
    (ActivityType.PAYMENT_FAILED,),
    (
        ActivityType.MESSAGE_SENT,
        ActivityType.MESSAGE_OPENED,
        ActivityType.MESSAGE_CLICKED,
        ActivityType.MESSAGE_REPLIED,
    ),
    (ActivityType.SURVEY_ANSWERED,),
    (ActivityType.ONBOARDING_STEP_COMPLETED,),
    (ActivityType.PRICE_NOTICE,),
    (ActivityType.INCIDENT,),
)
N_GROUPS = len(_GROUPS)
GROUP_OF_KIND = np.array(
    [next(g for g, kinds in enumerate(_GROUPS) if kind in kinds) for kind in ActivityType], np.int64
)
(
    OTHERS,
    LOGINS,
    USAGE,
    ORDERS,
    RETURNS,
    TICKETS,
    SUBSCRIPTIONS,
    PAYMENTS,
    MESSAGES,
    SURVEYS,
    STEPS,
    PRICE_NOTICES,
    INCIDENTS,
) = range(N_GROUPS)
