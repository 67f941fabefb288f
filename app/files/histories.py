"""From files to histories: the same arrays that the database gives."""

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.domain.activity import CHANNEL_CODES, TYPE_CODES, ActivityType, Channel
from app.features.history import NO_MOMENT, History, group_and_sort
from app.files import coded, properties
from app.files.customers import facts_of, versions_of

_ACCOUNT_KNOWN = TYPE_CODES[ActivityType.ACCOUNT_KNOWN]
_OTHER_CHANNEL = CHANNEL_CODES[Channel.OTHER]


def base_currency(activity: pl.DataFrame) -> str | None:
    """Return the currency that most amounts are in, the first by name of equals; None = none."""
    counts = activity.filter(pl.col("amount").is_not_null() & pl.col("currency").is_not_null())
    counts = counts.group_by("currency").len().sort("len", "currency", descending=[True, False])
    return None if counts.is_empty() else str(counts["currency"][0])


def count_foreign_amounts(activity: pl.DataFrame, *, currency: str | None) -> int:
    """Return how many amounts are in another currency and so count as none."""
    if currency is None:
        return 0
    foreign = pl.col("amount").is_not_null() & (pl.col("currency") != currency)
    return int(activity.select(foreign.sum()).item() or 0)


def history_of(
    activity: pl.DataFrame, customers: pl.DataFrame | None = None, *, currency: str | None
) -> History:
    """Return the history of all customers of the files, in bytewise order of their ids.

    Parameters
    ----------
    activity, customers
        The `good` rows of `read_activity` and `read_customers`. Versions of accounts that do not
        say since when they are valid are left out: no moment of the past knew them.
    currency
        Amounts in another currency are NaN; None keeps all amounts.
    """
    return history_of_events(events_of(activity, currency=currency), customers, currency=currency)


def history_of_events(
    events: pl.DataFrame, customers: pl.DataFrame | None = None, *, currency: str | None
) -> History:
    """Return the same of `events_of` the activity; with its columns, `events` has no nulls."""
    known = events["customer_id"]
    signed_up_at = None
    if customers is not None:
        facts = facts_of(customers)
        events = pl.concat([events, _versions(customers, facts, currency)])
        known = pl.concat([events["customer_id"], facts["customer_id"]])
    ids, codes = _in_order(known)
    if customers is not None:
        signed_up_at = _signed_up_at(ids, facts)
    return group_and_sort(
        customer_ids=ids.to_list(),
        customer_codes=codes[: events.height],
        signed_up_at=signed_up_at,
        **{name: events[name].to_numpy() for name in events.columns if name != "customer_id"},
    )


def events_of(activity: pl.DataFrame, *, currency: str | None) -> pl.DataFrame:
    """Return `customer_id` and the columns of a `History` of activity; no row is left out.

    Of refs only equality has a meaning, and only within one version of Polars.
    """
    detail, until = properties.codes(activity)
    channel = _codes(activity["channel"], CHANNEL_CODES, other=_OTHER_CHANNEL)
    return activity.select(
        "customer_id",
        pl.col("occurred_at").dt.epoch("us"),
        pl.col("received_at").dt.epoch("us"),
        _codes(activity["type"], TYPE_CODES, other=0).cast(pl.Int16).alias("kind"),
        pl.when(pl.col("channel").is_not_null()).then(channel).otherwise(0).cast(pl.Int8),
        detail,
        pl
        .when(pl.col("ref").is_not_null())
        .then(pl.col("ref").hash().reinterpret(signed=True))
        .otherwise(pl.lit(0, pl.Int64))
        .alias("ref"),
        _amount(pl.col("amount"), pl.col("currency"), currency),
        until,
    )


def _versions(customers: pl.DataFrame, facts: pl.DataFrame, currency: str | None) -> pl.DataFrame:
    versions = versions_of(customers).filter(pl.col("valid_from").is_not_null())
    versions = versions.join(facts.select("customer_id", "currency"), on="customer_id", how="left")
    return versions.select(
        "customer_id",
        pl.col("valid_from").dt.epoch("us").alias("occurred_at"),
        pl.col("valid_from").dt.epoch("us").alias("received_at"),
        pl.lit(_ACCOUNT_KNOWN, pl.Int16).alias("kind"),
        pl.lit(0, pl.Int8).alias("channel"),
        pl.lit(0, pl.Int8).alias("detail"),
        pl.lit(0, pl.Int64).alias("ref"),
        _amount(pl.col("price"), pl.col("currency"), currency),
        pl.col("renews_at").dt.epoch("us").fill_null(NO_MOMENT).alias("until"),
    )


def _amount(amount: pl.Expr, given: pl.Expr, currency: str | None) -> pl.Expr:
    if currency is not None:
        amount = pl.when((given == currency) | given.is_null()).then(amount)
    return amount.fill_null(float("nan")).alias("amount")


def _in_order(ids: pl.Series) -> tuple[pl.Series, NDArray[np.int64]]:
    """Return the different ids in bytewise order, and the place of each of `ids` among them."""
    distinct, codes = coded.numbered(ids)
    order = distinct.arg_sort()
    places = np.empty(len(order), np.int64)
    places[order.to_numpy()] = np.arange(len(order))
    return distinct.gather(order), places[codes]


def _codes(names: pl.Series, codes: Mapping[str, int], *, other: int) -> pl.Series:
    """Return the code of each name, which is its place in `codes`."""
    places = coded.places(names, codes)
    return pl.Series(names.name, np.where(places == coded.UNKNOWN, other, places))


def _signed_up_at(ids: pl.Series, facts: pl.DataFrame) -> NDArray[np.int64]:
    joined = pl.DataFrame({"customer_id": ids}).join(
        facts.select("customer_id", pl.col("signed_up_at").dt.epoch("us")),
        on="customer_id",
        how="left",
        maintain_order="left",
    )
    return joined["signed_up_at"].fill_null(NO_MOMENT).to_numpy()
