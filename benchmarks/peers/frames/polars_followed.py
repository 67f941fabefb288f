"""Families with Polars that follow what belongs together: tickets, messages, subscriptions.

Each sorts its own few events once, so that what went before is the row above.
"""

import polars as pl
from kinds import BILLING, CHANNELS, DAY_US, KINDS, NO_MOMENT, RESPONSES
from polars import Expr, LazyFrame, col, when

_HOUR_MS = 3_600_000
_TICKET = [KINDS["ticket_opened"], KINDS["ticket_replied"], KINDS["ticket_closed"]]
_SUBSCRIPTION = [
    KINDS["subscription_started"],
    KINDS["subscription_renewed"],
    KINDS["subscription_changed"],
    KINDS["subscription_cancelled"],
]


def tickets(events: LazyFrame, as_of: int) -> LazyFrame:
    """Return how many tickets were opened and are open, and how long they waited."""
    opened = events.filter(col("kind") == KINDS["ticket_opened"])
    last_30 = col("age") <= 30
    counts = opened.group_by("customer_id").agg(
        tickets_30d=last_30.sum(),
        tickets_90d=(col("age") <= 90).sum(),
        billing_tickets_30d=(last_30 & (col("detail") == BILLING)).sum(),
        days_since_ticket=col("age").min(),
    )
    counts = counts.with_columns(tickets_prior_60d=col("tickets_90d") - col("tickets_30d"))
    return counts.join(_followed(events, as_of), on="customer_id", how="full", coalesce=True)


def _followed(events: LazyFrame, as_of: int) -> LazyFrame:
    """Return what is known of tickets with a ref; one that is opened again starts anew."""
    known = events.filter(col("kind").is_in(_TICKET) & (col("ref") != 0))
    replied = col("kind") == KINDS["ticket_replied"]
    is_opened = col("kind") == KINDS["ticket_opened"]
    states = known.filter(~replied).sort("customer_id", "ref", "occurred_at", "kind")
    begins = is_opened & ~(_follows_own() & is_opened.shift(1, fill_value=False))
    key = ["customer_id", "ref"]
    states = states.with_columns(begins=begins, open=is_opened)
    found = (
        states
        .filter("begins")
        .group_by(key)
        .agg(opened_at=col("occurred_at").last())
        .join(states.group_by(key).agg(col("open").last()), on=key)
    )
    replies = known.filter(replied).select("customer_id", "ref", replied_at="occurred_at")
    first = (
        found
        .join(replies, on=key)
        .filter(col("replied_at") >= col("opened_at"))
        .group_by(key)
        .agg(col("replied_at").min())
    )
    waits = (col("replied_at") - col("opened_at")) // 1000
    recent = col("opened_at") >= as_of - 90 * DAY_US
    waiting = col("open") & col("replied_at").is_null()
    return (
        found
        .join(first, on=key, how="left")
        .group_by("customer_id")
        .agg(
            tickets_open=col("open").sum(),
            oldest_open_ticket_hours=(as_of - col("opened_at").filter(waiting).min()) / 3.6e9,
            ticket_first_reply_hours_mean_90d=waits.filter(recent).mean() / _HOUR_MS,
        )
    )


def messages(events: LazyFrame) -> LazyFrame:
    """Return messages sent, and how fast the first response to each came, by channel."""
    sent, response = KINDS["message_sent"], col("kind").is_in(RESPONSES)
    is_sent = col("kind") == sent
    mine = events.filter(is_sent | response).sort("customer_id", "ref", "occurred_at", "kind")
    hit = ~is_sent & _follows_own() & is_sent.shift(1, fill_value=False) & (col("ref") != 0)
    mine = mine.with_columns(
        hit=hit,
        sent_age=col("age").shift(1),
        sent_by=col("channel").shift(1),
        wait=(col("occurred_at") - col("occurred_at").shift(1)) // 1000,
    )
    n_sent = (is_sent & (col("ref") != 0) & (col("age") <= 90)).sum()
    n_responded = (col("hit") & (col("sent_age") <= 90)).sum()
    counted = col("hit") & (col("sent_age") <= 180)
    return mine.group_by("customer_id").agg(
        messages_sent_30d=(is_sent & (col("age") <= 30)).sum(),
        days_since_message_response=col("age").filter(~is_sent).min(),
        message_open_share_90d=when(n_sent > 0).then(n_responded / n_sent),
        **{
            f"{name}_response_hours_mean_180d": col("wait")
            .filter(counted & (col("sent_by") == code))
            .mean()
            / _HOUR_MS
            for name, code in CHANNELS.items()
        },
    )


def subscriptions(events: LazyFrame, as_of: int) -> LazyFrame:
    """Return where each subscription stands; versions of accounts are not in the log."""
    mine = events.filter(col("kind").is_in(_SUBSCRIPTION)).sort(
        "customer_id", "occurred_at", "kind"
    )
    kind, price = col("kind"), col("amount").fill_nan(None)
    cancelled = kind == KINDS["subscription_cancelled"]
    is_first = col("customer_id") != col("customer_id").shift(1)
    begins = ~cancelled & (
        (kind == KINDS["subscription_started"])
        | is_first.fill_null(value=True)
        | cancelled.shift(1, fill_value=True)
    )
    dated = ~cancelled & ((col("until") != NO_MOMENT) | (kind != KINDS["subscription_changed"]))
    mine = mine.with_columns(begins=begins, dated=dated, price=price, cancelled=cancelled)
    before = col("price").filter(col("occurred_at") < as_of - 180 * DAY_US).drop_nulls().last()
    rows = mine.group_by("customer_id").agg(
        active=~col("cancelled").last(),
        started_age=col("age").filter("begins").last(),
        until=col("until").filter("dated").last(),
        plan_price=col("price").drop_nulls().last(),
        price_before=pl.coalesce(before, col("price").drop_nulls().first()),
        renewals_total=(kind == KINDS["subscription_renewed"]).sum(),
        cancellations_total=col("cancelled").sum(),
        days_since_cancellation=col("age").filter("cancelled").min(),
    )
    return rows.select(
        "customer_id",
        "plan_price",
        "renewals_total",
        "cancellations_total",
        "days_since_cancellation",
        **_standing(as_of),
    )


def _standing(as_of: int) -> dict[str, Expr]:
    dated = col("until").is_not_null() & (col("until") != NO_MOMENT)
    running = col("active") & (~dated | (col("until") >= as_of))
    change = when(col("price_before") > 0).then(col("plan_price") / col("price_before"))
    return {
        "subscribed": running.cast(pl.Int8),
        "subscription_age_days": when(running).then(col("started_age")),
        "days_to_renewal": when(col("active") & dated).then((col("until") - as_of) / DAY_US),
        "plan_price_change_180d": change - 1,
    }


def _follows_own() -> Expr:
    """Return whether the row above is of the same customer and ref."""
    same = [col(name) == col(name).shift(1) for name in ("customer_id", "ref")]
    return (same[0] & same[1]).fill_null(value=False)
