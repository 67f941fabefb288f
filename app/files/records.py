"""Events of a file as records of numbers: what a log of any length is kept as.

A record has the fields of `app.features.sorting` and, behind them, the hash of the customer's id;
the upper half of its codes is the row of the batch. Texts are hashes, of which only equality within
one version of Polars has a meaning.
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
from app.files import customer_codes, properties

CUSTOMER: Final = N_FIELDS
WIDTH: Final = N_FIELDS + 1
ROW_SHIFT: Final = 32
_NO_CHANNEL: Final = CHANNEL_CODES[Channel.NONE]
_OTHER_CHANNEL: Final = CHANNEL_CODES[Channel.OTHER]
_NO_AMOUNT: Final = int(np.array(np.nan).view(np.int64))
_N_UNKNOWN, _N_FOREIGN, _RECEIVED_UNTIL, _N_FACTS = range(4)


@dataclass(frozen=True, slots=True)
class PackedEvents:
    """Events of a table, by parts of the log; within each in the order of the table.

    Attributes
    ----------
    records
        int64, shape (n, WIDTH).
    starts
        int64, shape (n_parts + 1,): part p has the records ``starts[p]:starts[p + 1]``.
    customer_ids
        Each customer once, part by part; `id_starts` is to them what `starts` is to the records.
    n_unknown
        Events of a type that no feature reads.
    n_foreign
        Amounts in another currency, which count as none.
    received_until
        When the newest event was received, microseconds (UTC); None = there is none.
    """

    records: Records
    starts: Positions
    customer_ids: pl.Series
    id_starts: Positions
    n_unknown: int
    n_foreign: int
    received_until: int | None


def packed(good: pl.DataFrame, *, currency: str | None, n_parts: int = 1) -> PackedEvents:
    """Return the events of good rows of `read_activity`; amounts in other currencies are NaN.

    A customer's part depends on nothing but the id and `n_parts`.
    """
    texts = _Texts(
        customer_codes.hashes(good["customer_id"]),
        customer_codes.hashes(good["type"]),
        customer_codes.hashes(good["channel"]),
        customer_codes.hashes(good["ref"]),
        customer_codes.hashes(good["currency"]),
    )
    codes, read = properties.codes(good)
    numbers = _Columns(
        good["occurred_at"].to_physical().to_numpy(),
        good["received_at"].to_physical().to_numpy(),
        good["amount"].fill_null(float("nan")).to_numpy().view(np.int64),
        codes,
        read,
    )
    records = np.empty((good.height, WIDTH), np.int64)
    starts, facts = np.zeros(n_parts + 1, np.int64), np.zeros(_N_FACTS, np.int64)
    wanted = int(customer_codes.hashes(pl.Series([currency], dtype=pl.String))[0])
    _pack(texts, numbers, _known(), wanted, starts, facts, records)
    ids, id_starts = _customers(good["customer_id"], n_parts)
    return PackedEvents(
        records=records,
        starts=starts,
        customer_ids=ids,
        id_starts=id_starts,
        n_unknown=int(facts[_N_UNKNOWN]),
        n_foreign=int(facts[_N_FOREIGN]),
        received_until=int(facts[_RECEIVED_UNTIL]) if good.height else None,
    )


def part_numbers(ids: pl.Series, n_parts: int) -> NDArray[np.int64]:
    """Return the part of the log that each customer belongs to."""
    return (
        (customer_codes.hashes(ids) >> 32) & 0x7FFFFFFF
    ) * n_parts >> 31  # as _part_of does below


def _customers(ids: pl.Series, n_parts: int) -> tuple[pl.Series, Positions]:
    distinct, _ = customer_codes.numbered(ids)
    parts = part_numbers(distinct, n_parts).astype(np.int16)
    order = np.argsort(parts, kind="stable")
    return distinct.gather(order), np.searchsorted(parts[order], np.arange(n_parts + 1))


class _Texts(NamedTuple):
    """Hashes of columns of texts."""

    customer: Hashes
    kind: Hashes
    channel: Hashes
    ref: Hashes
    currency: Hashes


class _Columns(NamedTuple):
    """Columns of numbers; `properties` are rows of `read`: a detail code and a renewal date."""

    occurred_at: Moments
    received_at: Moments
    amount: Positions  # the bits of float64
    properties: Positions
    read: NDArray[np.int64]


class _Known(NamedTuple):
    """The texts that have codes, and the hash of no text."""

    kinds: Slots
    channels: Slots
    nothing: int


@cache
def _known() -> _Known:
    def slots(names: Iterable[str]) -> Slots:
        return slots_of(customer_codes.hashes(pl.Series(list(names), dtype=pl.String)))

    nothing = customer_codes.hashes(pl.Series([None], dtype=pl.String))[0]
    return _Known(slots(TYPE_CODES), slots(CHANNEL_CODES), int(nothing))


@entry
def _pack(
    texts: _Texts,
    columns: _Columns,
    known: _Known,
    currency: int,
    starts: Positions,
    facts: Positions,
    records: Records,
) -> None:
    """Write each row to its part; `starts` are zeros before and the parts' starts behind."""
    n_parts = len(starts) - 1
    for customer in texts.customer:
        starts[_part_of(customer, n_parts) + 1] += 1
    for part_ in range(n_parts):
        starts[part_ + 1] += starts[part_]
    facts[_RECEIVED_UNTIL] = np.iinfo(np.int64).min
    for i in range(len(records)):
        number = _part_of(texts.customer[i], n_parts)
        record = records[starts[number]]
        starts[number] += 1
        _fill(texts, columns, known, currency, i, facts, record)
    for part_ in range(n_parts, 0, -1):  # placing moved each start to its part's end
        starts[part_] = starts[part_ - 1]
    starts[0] = 0


@part
def _part_of(customer: int, n_parts: int) -> int:
    return (((customer >> 32) & 0x7FFFFFFF) * n_parts) >> 31


@part
def _fill(
    texts: _Texts,
    columns: _Columns,
    known: _Known,
    currency: int,
    i: int,
    facts: Positions,
    record: Positions,
) -> None:
    """Write row `i` to `record`, and count in `facts` what is to be said of it."""
    kind = place_in(known.kinds, texts.kind[i])
    facts[_N_UNKNOWN] += kind < 0
    channel = _NO_CHANNEL
    if texts.channel[i] != known.nothing:
        channel = place_in(known.channels, texts.channel[i])
        if channel < 0:
            channel = _OTHER_CHANNEL
    amount, given = columns.amount[i], texts.currency[i]
    if given != currency and given != known.nothing and currency != known.nothing:  # noqa: PLR1714 - a kernel
        facts[_N_FOREIGN] += amount != _NO_AMOUNT
        amount = _NO_AMOUNT
    facts[_RECEIVED_UNTIL] = max(facts[_RECEIVED_UNTIL], columns.received_at[i])
    said = columns.properties[i]
    record[OCCURRED_AT] = columns.occurred_at[i]
    record[CODES] = (i << ROW_SHIFT) + (max(kind, 0) << 16) + (channel << 8) + columns.read[said, 0]
    record[UNTIL] = columns.read[said, 1]
    record[AMOUNT] = sortable_bits(amount)
    record[RECEIVED_AT] = columns.received_at[i]
    record[REF] = 0 if texts.ref[i] == known.nothing else texts.ref[i]
    record[CUSTOMER] = texts.customer[i]
