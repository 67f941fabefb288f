"""Features with Polars: each family aggregates only its own events, gaps by one sort per family.

Customers become integers first, once: joining and grouping texts seventeen times took longer.
"""

from pathlib import Path

import polars as pl
from kinds import CSAT, DAY_US, KINDS, NO_CHANNEL, NOT_OWN, NPS
from polars import Expr, LazyFrame, col, when
from polars_followed import messages, subscriptions, tickets

_COUNTS = (
    "logins", "login_days", "feature_uses", "features_distinct", "feature_volume", "orders",
    "order_days", "spend", "returns", "tickets", "tickets_prior", "billing_tickets",
    "payments_failed", "messages_sent", "incidents", "incident_minutes", "activities", "renewals",
    "cancellations", "channels_distinct", "other_events",
)  # fmt: skip  # where nothing was found they are 0
_OTHERS_ZERO = ("tickets_open", "subscribed", "onboarding_steps_done", "onboarding_share")


def opened(path: Path) -> pl.DataFrame:
    """Return the log in memory; not part of the measured time."""
    return pl.read_parquet(path)


def build(log: pl.DataFrame, as_of: int) -> pl.DataFrame:
    """Return one row per customer."""
    customers = log["customer_id"].unique()
    codes = log["customer_id"].cast(pl.Enum(customers)).to_physical()
    rows = _build(log.with_columns(codes), as_of)
    return rows.with_columns(customers.gather(rows["customer_id"]))


def _build(log: pl.DataFrame, as_of: int) -> pl.DataFrame:
    known = (col("occurred_at") < as_of) & (col("received_at") < as_of)
    events = (
        log
        .lazy()
        .filter(known)
        .drop("received_at")
        .with_columns(age=(as_of - col("occurred_at")) / DAY_US)
    )
    rows = events.group_by("customer_id").agg(tenure_days=col("age").max())
    for family in _families(events, as_of):
        rows = rows.join(family, on="customer_id", how="left")
    counts = rf"^({'|'.join(_COUNTS)})_(\d+d|total)$"
    return (
        rows
        .with_columns(col(counts).fill_null(0), col(_OTHERS_ZERO).fill_null(0))
        .with_columns(
            return_share_365d=_ratio(col("returns_365d"), col("orders_365d")),
            onboarding_days_to_first_value=_days_to_first_value(),
        )
        .drop("returns_365d", "first_use_days")
        .collect()
    )


def _families(events: LazyFrame, as_of: int) -> tuple[LazyFrame, ...]:
    failed = _of(events, "payment_failed")
    return (
        _logins(_of(events, "login")),
        _usage(_of(events, "feature_used")),
        _orders(_of(events, "order_placed")),
        _counted(_of(events, "order_returned"), "returns", (90, 365), since="days_since_return"),
        tickets(events, as_of),
        subscriptions(events, as_of),
        _counted(failed, "payments_failed", (30, 90), since="days_since_payment_failed"),
        messages(events),
        _surveys(_of(events, "survey_answered")),
        _onboarding(_of(events, "onboarding_step_completed")),
        _notices(_of(events, "price_notice")),
        _incidents(_of(events, "incident")),
        _counted(_of(events, "other"), "other_events", (30,), since="days_since_other_event"),
        _activities(events.filter(~col("kind").is_in(NOT_OWN))),
    )


def _days_to_first_value() -> Expr:
    first = pl.max_horizontal("first_use_days", "days_since_first_order")
    return (col("tenure_days") - first).clip(lower_bound=0)


def _surveys(answers: LazyFrame) -> LazyFrame:
    given = answers.sort("age", "amount", descending=[True, False]).with_columns(
        col("amount").fill_nan(None)
    )
    return given.group_by("customer_id").agg(
        nps_last=col("amount").filter(col("detail") == NPS).drop_nulls().last(),
        csat_last=col("amount").filter(col("detail") == CSAT).drop_nulls().last(),
        days_since_survey=col("age").min(),
    )


def _onboarding(steps: LazyFrame) -> LazyFrame:
    done = col("ref").filter(col("ref") != 0).n_unique() + (col("ref") == 0).sum()
    found = (
        steps
        .sort("age", descending=True)
        .group_by("customer_id")
        .agg(
            onboarding_steps_done=done,
            in_all=col("amount").fill_nan(None).drop_nulls().last().fill_null(5.0),
            days_since_onboarding_step=col("age").min(),
        )
    )
    share = (col("onboarding_steps_done") / col("in_all")).clip(upper_bound=1.0)
    return found.with_columns(onboarding_share=share).drop("in_all")


def _notices(notices: LazyFrame) -> LazyFrame:
    told = notices.sort("age", "amount", descending=[True, False])
    return told.group_by("customer_id").agg(
        days_since_price_notice=col("age").min(),
        price_notice_percent_last=col("amount").fill_nan(None).drop_nulls().last(),
    )


def _incidents(incidents: LazyFrame) -> LazyFrame:
    minutes = col("amount").fill_nan(None)
    return incidents.group_by("customer_id").agg(
        incidents_30d=_count(30), incident_minutes_14d=minutes.filter(_within(14)).sum()
    )


def _activities(own: LazyFrame) -> LazyFrame:
    named = _within(90) & (col("channel") != NO_CHANNEL)
    channels = when(named).then(pl.lit(1, pl.Int64) * 2 ** col("channel").cast(pl.UInt32))
    return own.group_by("customer_id").agg(
        activities_30d=_count(30),
        activity_trend_30d=_ratio(_count(30), _count(60, until=30)),
        days_since_activity=col("age").min(),
        channels_distinct_90d=channels.bitwise_or().bitwise_count_ones(),
    )


def _of(events: LazyFrame, name: str) -> LazyFrame:
    return events.filter(col("kind") == KINDS[name])


def _within(days: int, *, until: int = 0) -> Expr:
    return (col("age") <= days) & (col("age") > until)


def _count(days: int, *, until: int = 0) -> Expr:
    return _within(days, until=until).sum()


def _ratio(value: Expr, base: Expr) -> Expr:
    return when(base > 0).then(value / base)


def _counted(
    events: LazyFrame, name: str, windows: tuple[int, ...], *, since: str | None
) -> LazyFrame:
    found = [_count(days).alias(f"{name}_{days}d") for days in windows]
    if since:
        found.append(col("age").min().alias(since))
    return events.group_by("customer_id").agg(found)


def _logins(logins: LazyFrame) -> LazyFrame:
    gap = (col("age").max() - col("age").min()) / (pl.len() - 1)
    return logins.group_by("customer_id").agg(
        *(_count(days).alias(f"logins_{days}d") for days in (7, 30, 60, 90)),
        col("age").filter(_within(30)).floor().n_unique().alias("login_days_30d"),
        col("age").min().alias("days_since_login"),
        when(pl.len() > 1).then(gap).alias("login_gap_mean_days"),
        when(pl.len() > 1).then(_ratio(col("age").min(), gap)).alias("login_gap_ratio"),
        _ratio(_count(30), _count(60, until=30)).alias("login_trend_30d"),
    )


def _usage(uses: LazyFrame) -> LazyFrame:
    return uses.group_by("customer_id").agg(
        _count(30).alias("feature_uses_30d"),
        _count(90).alias("feature_uses_90d"),
        col("amount").fill_nan(1).filter(_within(30)).sum().alias("feature_volume_30d"),
        col("ref").filter(_within(30)).n_unique().alias("features_distinct_30d"),
        _ratio(_count(30), _count(60, until=30)).alias("usage_trend_30d"),
        col("age").min().alias("days_since_feature_use"),
        col("age").max().alias("first_use_days"),
    )


def _orders(orders: LazyFrame) -> LazyFrame:
    """Return rhythm and spend; after one sort the order before is the row above."""
    own = col("customer_id") == col("customer_id").shift(1)
    day = col("age").floor()
    gaps = orders.sort("customer_id", "age", descending=[False, True]).with_columns(
        gap=when(own).then(col("age").shift(1) - col("age")),
        other_day=(~own | (day != day.shift(1))).fill_null(value=True),
    )
    return gaps.group_by("customer_id").agg(
        pl.len().alias("orders_total"),
        col("other_day").sum().alias("order_days_total"),
        *(_count(days).alias(f"orders_{days}d") for days in (30, 60, 90, 180, 365)),
        _ratio(_count(90), _count(180, until=90)).alias("order_trend_90d"),
        col("age").min().alias("days_since_order"),
        col("age").max().alias("days_since_first_order"),
        col("gap").last().alias("order_gap_last_days"),
        col("gap").mean().alias("order_gap_mean_days"),
        col("gap").std().alias("order_gap_std_days"),
        col("gap").median().alias("order_gap_median_days"),
        col("gap").max().alias("order_gap_longest_days"),
        _ratio(col("age").min(), col("gap").mean()).alias("order_gap_ratio"),
        _ratio(col("age").min(), col("gap").max()).alias("order_gap_longest_ratio"),
        *_spend(),
    )


def _spend() -> list[Expr]:
    amount = col("amount").fill_nan(None)

    def total(days: int, *, until: int = 0) -> Expr:
        return amount.filter(_within(days, until=until)).sum()

    return [
        amount.sum().alias("spend_total"),
        *(total(days).alias(f"spend_{days}d") for days in (30, 60, 90, 365)),
        *(
            _ratio(total(days), total(2 * days, until=days)).alias(f"spend_trend_{days}d")
            for days in (30, 60, 90)
        ),
        amount.mean().alias("order_amount_mean"),
        _ratio(amount.drop_nulls().last(), amount.mean()).alias("order_amount_last_ratio"),
    ]
