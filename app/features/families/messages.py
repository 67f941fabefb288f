"""Messages: how many we sent, and how fast the customer responds on each channel."""

from functools import partial

import numpy as np

from app.compiled.kernel import part
from app.features.arrays import NO_MOMENT, Codes, Kinds, Moments, Numbers, Refs
from app.features.feature import ever, within
from app.features.kinds import EMAIL, IN_APP, MESSAGE_SENT, PHONE, PUSH, SMS
from app.features.refs import NO_REF, Room, number_refs
from app.features.windows import (
    MILLISECONDS_PER_HOUR,
    days_between,
    milliseconds_between,
    ratio,
    start_of,
)

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

_CHANNELS = (EMAIL, SMS, PUSH, IN_APP, PHONE)
_FIRST_CHANNEL_COLUMN = 3


@part
def measure_messages(
    occurred_at: Moments,
    kind: Kinds,
    channel: Codes,
    ref: Refs,
    as_of: int,
    room: Room,
    row: Numbers,
) -> None:
    """Write the message features of one customer into `row`, in the order of `FEATURES`.

    The first opening, click or reply after a sending is the response to it, on the channel of the
    sending; a message sent again waits anew. Events without a ref (0) cannot be matched.

    Parameters
    ----------
    occurred_at, kind, channel, ref
        Messages sent, opened, clicked and replied to, ascending, all before `as_of`.
    as_of
        The moment of the snapshot (microseconds, UTC).
    room
        Working space for as many events.
    row
        Receives the features; NaN as the catalogue says.
    """
    row[0] = 0
    row[2] = np.nan
    for i in range(len(occurred_at)):
        if kind[i] != MESSAGE_SENT:
            row[2] = days_between(occurred_at[i], as_of)
        else:
            row[0] += occurred_at[i] >= start_of(as_of, 30)
    row[1] = _match_responses(occurred_at, kind, channel, ref, as_of, room)
    for i in range(len(_CHANNELS)):
        hours = room.totals[_CHANNELS[i]] / MILLISECONDS_PER_HOUR
        row[_FIRST_CHANNEL_COLUMN + i] = ratio(hours, room.counts[_CHANNELS[i]])


@part
def _match_responses(
    occurred_at: Moments, kind: Kinds, channel: Codes, ref: Refs, as_of: int, room: Room
) -> float:
    """Return the share of the sendings of 90 days that were responded to.

    Write to ``room.totals`` and ``room.counts``, per channel, the milliseconds and the number of
    responses to the sendings of 180 days.
    """
    last_90, last_180 = start_of(as_of, 90), start_of(as_of, 180)
    waiting_since, sent_by = room.first, room.second
    waiting_since[: number_refs(ref, room)] = NO_MOMENT
    room.totals[:] = 0
    room.counts[:] = 0
    n_sent = n_responded = 0
    for i in range(len(occurred_at)):
        message = room.codes[i]
        if message == NO_REF:
            continue
        if kind[i] == MESSAGE_SENT:
            waiting_since[message], sent_by[message] = occurred_at[i], channel[i]
            n_sent += occurred_at[i] >= last_90
        elif waiting_since[message] != NO_MOMENT:
            sent_at = waiting_since[message]
            waiting_since[message] = NO_MOMENT
            n_responded += sent_at >= last_90
            if sent_at >= last_180:
                room.totals[sent_by[message]] += milliseconds_between(sent_at, occurred_at[i])
                room.counts[sent_by[message]] += 1
    return ratio(n_responded, n_sent)
