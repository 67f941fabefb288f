"""Events become records, sorted by partition, and facts about them are counted."""

import numpy as np
import polars as pl
import pytest

from app.domain.activity import CHANNEL_CODES, TYPE_CODES
from app.features.sorting import CODES, OCCURRED_AT, REF
from app.files import read_activity, text_hashes
from app.files.records import CUSTOMER, ROW_SHIFT, pack_events, partition_numbers

HEADER = "customer_id,occurred_at,received_at,type,channel,amount,currency,ref\n"
ROWS = [
    "a,2026-01-02,2026-01-05,order_placed,web,1,EUR,o-1\n",
    "b,2026-01-03,2026-01-04,brought_a_cake,fax,2,USD,\n",
    "a,2026-01-01,2026-01-01,login,,,,\n",
]


@pytest.fixture
def good(write):
    return read_activity(write(HEADER + "".join(ROWS))).good


def test_a_record_has_the_values_of_its_row(good):
    records = pack_events(good, currency=None).records
    moments = good["occurred_at"].dt.epoch("us").to_list()

    assert records[:, OCCURRED_AT].tolist() == moments
    assert (records[:, CODES] >> ROW_SHIFT).tolist() == [0, 1, 2]
    assert ((records[:, CODES] >> 16) & 0xFFFF).tolist() == [
        TYPE_CODES["order_placed"],
        TYPE_CODES["other"],
        TYPE_CODES["login"],
    ]
    assert ((records[:, CODES] >> 8) & 0xFF).tolist() == [
        CHANNEL_CODES["web"],
        CHANNEL_CODES["other"],
        CHANNEL_CODES["none"],
    ]
    assert (records[:, REF] != 0).tolist() == [True, False, False]


def test_unknown_types_and_foreign_amounts_are_counted(good):
    events = pack_events(good, currency="EUR")

    assert (events.n_unknown, events.n_foreign) == (1, 1)
    assert events.received_until == good["received_at"].dt.epoch("us").max()
    assert pack_events(good, currency=None).n_foreign == 0
    assert pack_events(good.clear(), currency="EUR").received_until is None


@pytest.mark.parametrize("n_partitions", [1, 2, 7])
def test_records_and_ids_of_a_customer_are_in_its_partition(n_partitions):
    ids = pl.Series("customer_id", [f"c-{i % 40}" for i in range(200)])
    texts = [pl.lit(None, pl.String).alias(name) for name in ("channel", "currency", "ref")]
    good = pl.DataFrame([ids]).with_columns(
        pl.lit(0).cast(pl.Datetime("us", "UTC")).alias("occurred_at"),
        pl.lit(0).cast(pl.Datetime("us", "UTC")).alias("received_at"),
        pl.lit("login").alias("type"),
        pl.lit(None, pl.Float64).alias("amount"),
        pl.lit(None, pl.String).alias("properties"),
        *texts,
    )
    events = pack_events(good, currency=None, n_partitions=n_partitions)
    part_of = dict(
        zip(text_hashes.hash_texts(ids).tolist(), partition_numbers(ids, n_partitions), strict=True)
    )

    assert sorted(events.customer_ids) == sorted(set(ids))
    for part in range(n_partitions):
        of_records = events.records[events.starts[part] : events.starts[part + 1], CUSTOMER]
        of_ids = events.customer_ids[int(events.id_starts[part]) : int(events.id_starts[part + 1])]
        assert set(of_records.tolist()) == set(text_hashes.hash_texts(of_ids).tolist())
        assert {part_of[customer] for customer in of_records.tolist()} <= {part}
        assert (np.diff(events.records[:, CODES][: events.starts[1]]) > 0).all()
