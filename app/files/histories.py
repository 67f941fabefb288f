"""Turn files into histories, the same arrays as from the database."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.compiled.kernel import entry
from app.domain.activity import TYPE_CODES, ActivityType
from app.features.arrays import NO_MOMENT, Positions
from app.features.history import History
from app.features.numbering import Hashes, Slots, place_in, slots_of
from app.features.sorting import (
    AMOUNT,
    CODES,
    OCCURRED_AT,
    RECEIVED_AT,
    UNTIL,
    Records,
    sort_batches,
    sortable_bits,
)
from app.files import text_hashes
from app.files.customers import facts_of, versions_of
from app.files.records import CUSTOMER, WIDTH, pack_events

_ACCOUNT_KNOWN: Final = TYPE_CODES[ActivityType.ACCOUNT_KNOWN]


def base_currency(activity: pl.DataFrame) -> str | None:
    """Return the currency of most amounts, the first by name in a tie; None if there is none."""
    counts = activity.filter(pl.col("amount").is_not_null() & pl.col("currency").is_not_null())
    counts = counts.group_by("currency").len().sort("len", "currency", descending=[True, False])
    return None if counts.is_empty() else str(counts["currency"][0])


def count_foreign_amounts(activity: pl.DataFrame, *, currency: str | None) -> int:
    """Return how many amounts are in another currency and therefore count as missing."""
    if currency is None:
        return 0
    foreign = pl.col("amount").is_not_null() & (pl.col("currency") != currency)
    return int(activity.select(foreign.sum()).item() or 0)


def history_of(
    activity: pl.DataFrame, customers: pl.DataFrame | None = None, *, currency: str | None
) -> History:
    """Return the history of all customers in the files, in bytewise order of their ids.

    Parameters
    ----------
    activity, customers
        The `good` rows of `read_activity` and `read_customers`. Versions of accounts without
        `valid_from` are left out, because nobody can say when they became known.
    currency
        Amounts in another currency are NaN; None keeps all amounts.
    """
    events = pack_events(activity, currency=currency)
    return history_of_records([events.records], events.customer_ids, customers, currency=currency)


def history_of_records(
    batches: Sequence[Records],
    customer_ids: pl.Series,
    customers: pl.DataFrame | None = None,
    *,
    currency: str | None,
) -> History:
    """Return the same for records of `app.files.records` and the ids of all their customers.

    An id may occur several times.

    Raises
    ------
    UnreadableFile
        If two ids have the same hash, so that their events cannot be distinguished.
    """
    signed_up_at, records = None, list(batches)
    if customers is not None:
        facts = facts_of(customers)
        versions = _versions(customers, facts)
        records.append(_records_of_versions(versions, currency))
        customer_ids = pl.concat([customer_ids, facts["customer_id"]])
    ids, hashes = _sorted_ids(customer_ids)
    if customers is not None:
        signed_up_at = _signed_up_at(ids, facts)
    starts, columns = sort_batches(_customer_positions(records, hashes), len(ids), records)
    if signed_up_at is None:
        signed_up_at = np.full(len(ids), NO_MOMENT)
    return History(ids.to_list(), starts, signed_up_at, *columns)


def _versions(customers: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Return the versions of accounts with a `valid_from`, and the currency of their prices."""
    versions = versions_of(customers).filter(pl.col("valid_from").is_not_null())
    return versions.join(facts.select("customer_id", "currency"), on="customer_id", how="left")


def _records_of_versions(versions: pl.DataFrame, currency: str | None) -> Records:
    price = pl.col("price")
    if currency is not None:
        price = pl.when((pl.col("currency") == currency) | pl.col("currency").is_null()).then(price)
    amounts = versions.select(price.fill_null(float("nan"))).to_series().to_numpy()
    valid_from = versions["valid_from"].to_physical().to_numpy()
    records = np.zeros((versions.height, WIDTH), np.int64)
    records[:, OCCURRED_AT] = records[:, RECEIVED_AT] = valid_from
    records[:, CODES] = _ACCOUNT_KNOWN << 16
    records[:, UNTIL] = versions["renews_at"].to_physical().fill_null(NO_MOMENT).to_numpy()
    records[:, AMOUNT] = [sortable_bits.function(bits) for bits in amounts.view(np.int64).tolist()]
    records[:, CUSTOMER] = text_hashes.hash_texts(versions["customer_id"])
    return records


def _sorted_ids(ids: pl.Series) -> tuple[pl.Series, Hashes]:
    """Return the distinct ids in bytewise order, and their hashes."""
    distinct, _ = text_hashes.dictionary_encode(ids)
    ordered = distinct.sort()
    return ordered, text_hashes.hash_texts(ordered)


def _customer_positions(batches: Sequence[Records], hashes: Hashes) -> list[Positions]:
    """Return for each record the position of its customer's hash in `hashes`."""
    slots = slots_of(hashes)
    positions = [np.empty(len(batch), np.int64) for batch in batches]
    for batch, found in zip(batches, positions, strict=True):
        _look_up_customers(batch, slots, found)
    return positions


@entry
def _look_up_customers(records: Records, slots: Slots, positions: Positions) -> None:
    for i in range(len(records)):
        positions[i] = place_in(slots, records[i, CUSTOMER])


def _signed_up_at(ids: pl.Series, facts: pl.DataFrame) -> NDArray[np.int64]:
    joined = pl.DataFrame({"customer_id": ids}).join(
        facts.select("customer_id", pl.col("signed_up_at").dt.epoch("us")),
        on="customer_id",
        how="left",
        maintain_order="left",
    )
    return joined["signed_up_at"].fill_null(NO_MOMENT).to_numpy()
