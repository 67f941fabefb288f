"""Pack the events of a file into records of integers, the compact form of a log of any length.

A record has the fields of `app.features.sorting`, followed by the hash of the customer's id. The
upper half of its codes is the row in the batch. Texts are represented by their hashes, which may
only be compared for equality, and only within one version of Polars.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.compiled.kernel import entry, part
from app.domain.activity import CHANNEL_CODES, TYPE_CODES, Channel
from app.features.arrays import Moments, Positions
from app.features.numbering import Hashes, Slots, place_in, slots_of
from app.features.sorting import (
    AMOUNT,
    CODES,
    N_FIELDS,
    OCCURRED_AT,
    RECEIVED_AT,
    REF,
    UNTIL,
    Records,
    sortable_bits,
)
from app.files import text_hashes
from app.files.properties import encode_properties

CUSTOMER: Final = N_FIELDS
WIDTH: Final = N_FIELDS + 1
ROW_SHIFT: Final = 32
_NO_CHANNEL: Final = CHANNEL_CODES[Channel.NONE]
_OTHER_CHANNEL: Final = CHANNEL_CODES[Channel.OTHER]
_NO_AMOUNT: Final = int(np.array(np.nan).view(np.int64))
_N_UNKNOWN, _N_FOREIGN, _RECEIVED_UNTIL, _N_FACTS = range(4)


@dataclass(frozen=True, slots=True)
class PackedEvents:
    """The events of a table by partition, and within a partition in the order of the table.

    Attributes
    ----------
    records
        int64, shape (n, WIDTH).
    starts
        int64, shape (n_partitions + 1,): partition p has the records ``starts[p]:starts[p + 1]``.
    customer_ids, id_starts
        Each customer id once, by partition; partition p has ``id_starts[p]:id_starts[p + 1]``.
    n_unknown
        Number of events of a type that no feature reads.
    n_foreign
        Number of amounts in another currency, which count as missing.
    received_until
        When the newest event was received, in microseconds (UTC); None if there are no events.
    """

    records: Records
    starts: Positions
    customer_ids: pl.Series
    id_starts: Positions
    n_unknown: int
    n_foreign: int
    received_until: int | None


def pack_events(good: pl.DataFrame, *, currency: str | None, n_partitions: int = 1) -> PackedEvents:
    """Return the events of good rows of `read_activity`; amounts in other currencies are NaN.

    The partition of a customer must depend on nothing but the id and `n_partitions`.
    """
    records = np.empty((good.height, WIDTH), np.int64)
    starts, facts = np.zeros(n_partitions + 1, np.int64), np.zeros(_N_FACTS, np.int64)
    wanted = int(text_hashes.hash_texts(pl.Series([currency], dtype=pl.String))[0])
    _pack(_text_columns(good), _number_columns(good), _known(), wanted, starts, facts, records)
    ids, id_starts = _ids_by_partition(good["customer_id"], n_partitions)
    return PackedEvents(
        records=records,
        starts=starts,
        customer_ids=ids,
        id_starts=id_starts,
        n_unknown=int(facts[_N_UNKNOWN]),
        n_foreign=int(facts[_N_FOREIGN]),
        received_until=int(facts[_RECEIVED_UNTIL]) if good.height else None,
    )


def partition_numbers(ids: pl.Series, n_partitions: int) -> NDArray[np.int64]:
    """Return the partition of each customer; must agree with `_partition_of`."""
    return ((text_hashes.hash_texts(ids) >> 32) & 0x7FFFFFFF) * n_partitions >> 31


def _ids_by_partition(ids: pl.Series, n_partitions: int) -> tuple[pl.Series, Positions]:
    distinct, _ = text_hashes.dictionary_encode(ids)
    numbers = partition_numbers(distinct, n_partitions).astype(np.int16)
    order = np.argsort(numbers, kind="stable")
    return distinct.gather(order), np.searchsorted(numbers[order], np.arange(n_partitions + 1))


class _TextColumns(NamedTuple):
    """The hashes of the columns of text."""

    customer: Hashes
    kind: Hashes
    channel: Hashes
    ref: Hashes
    currency: Hashes


def _text_columns(good: pl.DataFrame) -> _TextColumns:
    names = ("customer_id", "type", "channel", "ref", "currency")
    return _TextColumns(*(text_hashes.hash_texts(good[name]) for name in names))


class _NumberColumns(NamedTuple):
    """The columns of numbers.

    `properties` are positions in `distinct_properties`, which has a detail code and a renewal date
    in each row.
    """

    occurred_at: Moments
    received_at: Moments
    amount: Positions  # the bits of float64
    properties: Positions
    distinct_properties: NDArray[np.int64]


def _number_columns(good: pl.DataFrame) -> _NumberColumns:
    codes, distinct = encode_properties(good)
    return _NumberColumns(
        good["occurred_at"].to_physical().to_numpy(),
        good["received_at"].to_physical().to_numpy(),
        good["amount"].fill_null(float("nan")).to_numpy().view(np.int64),
        codes,
        distinct,
    )


class _KnownTexts(NamedTuple):
    """The texts that have codes, and the hash of null."""

    kinds: Slots
    channels: Slots
    null: int


@cache
def _known() -> _KnownTexts:
    def slots(names: Iterable[str]) -> Slots:
        return slots_of(text_hashes.hash_texts(pl.Series(list(names), dtype=pl.String)))

    return _KnownTexts(slots(TYPE_CODES), slots(CHANNEL_CODES), text_hashes.hash_of_null())


@entry
def _pack(
    texts: _TextColumns,
    numbers: _NumberColumns,
    known: _KnownTexts,
    currency: int,
    starts: Positions,
    facts: Positions,
    records: Records,
) -> None:
    """Write each row to its partition (a counting sort).

    `starts` must be zeros at the beginning, and holds the starts of the partitions at the end.
    """
    n_partitions = len(starts) - 1
    for customer in texts.customer:
        starts[_partition_of(customer, n_partitions) + 1] += 1
    for partition in range(n_partitions):
        starts[partition + 1] += starts[partition]
    facts[_RECEIVED_UNTIL] = np.iinfo(np.int64).min
    for i in range(len(records)):
        partition = _partition_of(texts.customer[i], n_partitions)
        record = records[starts[partition]]
        starts[partition] += 1
        _fill(texts, numbers, known, currency, i, facts, record)
    for partition in range(n_partitions, 0, -1):  # each start has moved to its partition's end
        starts[partition] = starts[partition - 1]
    starts[0] = 0


@part
def _partition_of(customer: int, n_partitions: int) -> int:
    return (((customer >> 32) & 0x7FFFFFFF) * n_partitions) >> 31


@part
def _fill(
    texts: _TextColumns,
    numbers: _NumberColumns,
    known: _KnownTexts,
    currency: int,
    i: int,
    facts: Positions,
    record: Positions,
) -> None:
    """Write row `i` to `record` and update `facts`."""
    kind = place_in(known.kinds, texts.kind[i])
    facts[_N_UNKNOWN] += kind < 0
    channel = _NO_CHANNEL
    if texts.channel[i] != known.null:
        channel = place_in(known.channels, texts.channel[i])
        if channel < 0:
            channel = _OTHER_CHANNEL
    amount, given = numbers.amount[i], texts.currency[i]
    if given != currency and given != known.null and currency != known.null:  # noqa: PLR1714 - a kernel
        facts[_N_FOREIGN] += amount != _NO_AMOUNT
        amount = _NO_AMOUNT
    facts[_RECEIVED_UNTIL] = max(facts[_RECEIVED_UNTIL], numbers.received_at[i])
    properties = numbers.properties[i]
    record[OCCURRED_AT] = numbers.occurred_at[i]
    record[CODES] = (i << ROW_SHIFT) + (max(kind, 0) << 16) + (channel << 8)
    record[CODES] += numbers.distinct_properties[properties, 0]  # the detail
    record[UNTIL] = numbers.distinct_properties[properties, 1]
    record[AMOUNT] = sortable_bits(amount)
    record[RECEIVED_AT] = numbers.received_at[i]
    record[REF] = 0 if texts.ref[i] == known.null else texts.ref[i]
    record[CUSTOMER] = texts.customer[i]
