"""The activity file: the log of a chunk as a frame."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from app.domain.activity import TYPE_CODES, ActivityType, Channel
from training.simulation.chunk import Chunk
from training.simulation.columns import Period, moments, text_ids
from training.simulation.company import FEATURES, ONBOARDING_STEPS
from training.simulation.events import LABELS
from training.simulation.traits import CURRENCY

_OTHER_CHANNEL = "marketplace"  # this company's own channel, which the vocabulary does not know
_CHANNELS = [None, _OTHER_CHANNEL, *list(Channel)[2:]]  # in the order of CHANNEL_CODES
# Before `number`, in the ref of each type; features, steps and incidents have names of their own.
_REF_PREFIXES = {
    ActivityType.ORDER_PLACED: "o",
    ActivityType.ORDER_RETURNED: "o",
    ActivityType.TICKET_OPENED: "t",
    ActivityType.TICKET_REPLIED: "t",
    ActivityType.TICKET_CLOSED: "t",
    ActivityType.MESSAGE_SENT: "m",
    ActivityType.MESSAGE_OPENED: "m",
    ActivityType.MESSAGE_CLICKED: "m",
    ActivityType.MESSAGE_REPLIED: "m",
}
_MONEY = (
    ActivityType.ORDER_PLACED,
    ActivityType.ORDER_RETURNED,
    ActivityType.SUBSCRIPTION_STARTED,
    ActivityType.SUBSCRIPTION_RENEWED,
    ActivityType.SUBSCRIPTION_CHANGED,
    ActivityType.PAYMENT_FAILED,
)
_PROPERTIES = [
    *(f'{{"topic":"{label}"}}' for label in LABELS[:5]),
    *(f'{{"survey":"{label}"}}' for label in LABELS[5:7]),
    *(f'{{"reason":"{label}"}}' for label in LABELS[7:]),
]


def activity_of(chunk: Chunk, period: Period) -> pl.DataFrame:
    """Return the events of a chunk in the columns of an activity file.

    Sorted by customer and moment. `event_id` is the customer's id and the position of the
    event in their log.
    """
    frame = _raw(chunk, period)
    position = pl.int_range(pl.len()).over("customer_id").cast(pl.String).str.zfill(5)
    return frame.select(
        pl.format("{}-{}", "customer_id", position).alias("event_id"),
        "customer_id",
        "occurred_at",
        "received_at",
        _names(list(ActivityType), "kind").alias("type"),
        _names(_CHANNELS, "channel").alias("channel"),
        pl.col("amount").fill_nan(None),
        pl.when(_is(*_MONEY)).then(pl.lit(CURRENCY)).alias("currency"),
        _ref(period).alias("ref"),
        _properties(period).alias("properties"),
    )


def _raw(chunk: Chunk, period: Period) -> pl.DataFrame:
    """Return the log, sorted, with types and channels as codes, and with ids and moments."""
    log = chunk.log[np.lexsort((chunk.log["occurred_at"], chunk.log["customer"]))]
    customer = log["customer"]
    ids = text_ids(np.arange(chunk.first, chunk.first + len(chunk.traits)))
    columns = ("kind", "channel", "number", "amount", "label", "until")
    return pl.DataFrame({
        "customer": customer,
        "customer_id": ids.gather(customer),
        "occurred_at": moments(log["occurred_at"], period),
        "received_at": moments(log["received_at"], period),
        **{name: log[name] for name in columns},
    })


def _is(*types: ActivityType) -> pl.Expr:
    return pl.col("kind").is_in([TYPE_CODES[t] for t in types])


def _names(names: Sequence[str | None], column: str) -> pl.Expr:
    """Return the names behind the codes of a column."""
    texts = {code: str(name) for code, name in enumerate(names) if name is not None}
    return pl.col(column).replace_strict(texts, default=None, return_dtype=pl.String)


def _ref(period: Period) -> pl.Expr:
    """Return the ref of each event, by type as in the table of `app.domain.activity`."""
    prefix = pl.col("kind").replace_strict(
        {TYPE_CODES[t]: text for t, text in _REF_PREFIXES.items()},
        default=None,
        return_dtype=pl.String,
    )
    day = pl.lit(period.first) + pl.duration(days="number")
    return (
        pl
        .when(_is(ActivityType.FEATURE_USED))
        .then(_names(list(FEATURES), "number"))
        .when(_is(ActivityType.ONBOARDING_STEP_COMPLETED))
        .then(_names(list(ONBOARDING_STEPS), "number"))
        .when(_is(ActivityType.INCIDENT))
        .then(pl.format("incident-{}", day.dt.to_string("%Y-%m-%d")))
        .when(prefix.is_not_null())
        .then(pl.format("{}{}", prefix, pl.col("number")))
    )


def _properties(period: Period) -> pl.Expr:
    """Return the properties as JSON text, null where there are none.

    A subscription runs until the end of the day of its renewal.
    """
    day = pl.lit(period.first) + pl.duration(days="until")
    renewal = pl.concat_str(
        pl.lit('{"renews_at":"'), day.dt.to_string("%Y-%m-%d"), pl.lit('T23:59:59Z"}')
    )
    return (
        pl
        .when(pl.col("until") >= 0)
        .then(renewal)
        .when(pl.col("label") >= 0)
        .then(_names(_PROPERTIES, "label"))
    )
