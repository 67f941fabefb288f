"""Messages: how many we sent, and how fast the customer responds on each channel."""

from functools import partial

from app.compiled.kernel import part
from app.features.arrays import NO_MOMENT, Numbers
from app.features.family import FeatureFamily, columns_of
from app.features.feature import ever, within
from app.features.kinds import EMAIL, IN_APP, MESSAGE_SENT, MESSAGES, PHONE, PUSH, SMS
from app.features.known import EventColumns, KnownCustomer, events_in
from app.features.refs import NO_REF, number_refs
from app.features.windows import (
    MILLISECONDS_PER_HOUR,
    days_between,
    milliseconds_between,
    ratio,
    start_of,
)
from app.features.workspace import Workspace

_within = partial(within, family="messages")

FEATURES = (
    _within("messages_sent_30d", "{value} sent in the last 30 days", unit="messages", days=30,
            riskier=None),
    _within("message_open_share_90d", "responded to {value} of the messages of the last 90 days",
            unit="share", days=90, riskier=False, missing="no message sent in the last 90 days"),
    ever("days_since_message_response", "{value} since the last response to a message",
         family="messages", unit="days", riskier=True, missing="never responded to a message"),
    *(
        _within(f"{channel}_response_hours_mean_180d",
                f"responded by {label} within {{value}} on average", unit="hours", days=180,
                riskier=True, missing=f"no response by {label} in the last 180 days")
        for channel, label in (("email", "e-mail"), ("sms", "SMS"), ("push", "push"),
                               ("in_app", "in-app message"), ("phone", "phone"))
    ),
)  # fmt: skip  # read as the table it is
COLUMNS = columns_of(FEATURES)


@part
def measure(customer: KnownCustomer, workspace: Workspace, row: Numbers) -> None:
    """Write the message features of one customer.

    The first opening, click or reply after a message was sent is the response to it, on the channel
    that it was sent by. A message that is sent again waits for a response again. Events without a
    ref belong to no message: they cannot be matched.
    """
    as_of, messages = customer.as_of, events_in(customer.events, MESSAGES)
    last_30, n_sent_30d = start_of(as_of, 30), 0
    for i in range(len(messages.kind)):
        if messages.kind[i] != MESSAGE_SENT:
            row[COLUMNS.days_since_message_response] = days_between(messages.occurred_at[i], as_of)
        else:
            n_sent_30d += messages.occurred_at[i] >= last_30
    row[COLUMNS.messages_sent_30d] = n_sent_30d
    row[COLUMNS.message_open_share_90d] = _match_responses(messages, as_of, workspace)
    row[COLUMNS.email_response_hours_mean_180d] = _mean_hours(workspace, EMAIL)
    row[COLUMNS.sms_response_hours_mean_180d] = _mean_hours(workspace, SMS)
    row[COLUMNS.push_response_hours_mean_180d] = _mean_hours(workspace, PUSH)
    row[COLUMNS.in_app_response_hours_mean_180d] = _mean_hours(workspace, IN_APP)
    row[COLUMNS.phone_response_hours_mean_180d] = _mean_hours(workspace, PHONE)


@part
def _match_responses(messages: EventColumns, as_of: int, workspace: Workspace) -> float:
    """Return the share of the messages sent within 90 days that were responded to.

    Write to `workspace.channel_totals` and `workspace.channel_counts`, for each channel, the
    milliseconds and the number of the responses to messages sent within 180 days.
    """
    last_90, last_180 = start_of(as_of, 90), start_of(as_of, 180)
    waiting_since, sent_by = workspace.first, workspace.second
    waiting_since[: number_refs(messages.ref, workspace)] = NO_MOMENT
    workspace.channel_totals[:] = 0
    workspace.channel_counts[:] = 0
    n_sent = n_responded = 0
    for i in range(len(messages.kind)):
        message, occurred_at = workspace.ref_codes[i], messages.occurred_at[i]
        if message == NO_REF:
            continue
        if messages.kind[i] == MESSAGE_SENT:
            waiting_since[message], sent_by[message] = occurred_at, messages.channel[i]
            n_sent += occurred_at >= last_90
        elif waiting_since[message] != NO_MOMENT:
            sent_at, channel = waiting_since[message], sent_by[message]
            waiting_since[message] = NO_MOMENT
            n_responded += sent_at >= last_90
            if sent_at >= last_180:
                waited = milliseconds_between(sent_at, occurred_at)
                workspace.channel_totals[channel] += waited
                workspace.channel_counts[channel] += 1
    return ratio(n_responded, n_sent)


@part
def _mean_hours(workspace: Workspace, channel: int) -> float:
    """Return the mean time to a response by `channel`, NaN where there was none."""
    hours = workspace.channel_totals[channel] / MILLISECONDS_PER_HOUR
    return ratio(hours, workspace.channel_counts[channel])


FAMILY = FeatureFamily(FEATURES, reads=(MESSAGES,), measure=measure)
