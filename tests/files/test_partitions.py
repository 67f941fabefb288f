"""A partitioned log is the same log, in memory or in files, in one partition or in many."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from app.files import history_of, read_activity, read_customers
from app.files.activity import activity_chunks
from app.files.partitions import PartitionedLog

HEADER = "event_id,customer_id,occurred_at,type,channel,amount,currency,ref,properties\n"
LINES = [
    f"e-{i},c-{i % 7},2026-01-{1 + i % 28:02},order_placed,web,{i},EUR,r-{i},\n" for i in range(60)
]
IN_MEMORY, PARTITIONED, SPILLED = (
    {"rows_in_memory": rows, "rows_per_partition": per_part}
    for rows, per_part in ((1_000, 1_000), (1_000, 15), (15, 15))
)
EVERY_WAY = pytest.mark.parametrize("how", [IN_MEMORY, PARTITIONED, SPILLED])


@pytest.fixture
def partitioned(tmp_path_factory, write):
    """Put lines into a log, in batches of ten rows."""

    def partitioned(lines, *, currency=None, **how):
        log = PartitionedLog(tmp_path_factory.mktemp("log"), len(lines), **how)
        for first in range(0, len(lines), 10):
            (rows,) = activity_chunks(write(HEADER + "".join(lines[first : first + 10])))
            log.add_events(log.pack(rows.good, currency=currency))
        return log

    return partitioned


def histories(log, *, currency=None):
    with ThreadPoolExecutor(2) as threads:
        return [part.history(currency=currency) for part in log.partitions(threads)]


def by_customer(history):
    names = ("occurred_at", "received_at", "kind", "channel", "detail", "ref", "amount", "until")
    columns = np.array([getattr(history, name).astype(np.float64) for name in names])
    return {
        customer: (
            history.signed_up_at[i],
            columns[:, history.starts[i] : history.starts[i + 1]].tolist(),
        )
        for i, customer in enumerate(history.customer_ids)
    }


def merged(found):
    assert sum(history.n_customers for history in found) == len({
        customer for history in found for customer in history.customer_ids
    })
    return {c: events for history in found for c, events in by_customer(history).items()}


@EVERY_WAY
def test_every_customer_is_in_one_partition_with_all_events(partitioned, write, how):
    whole = history_of(read_activity(write(HEADER + "".join(LINES))).good, currency=None)
    found = histories(partitioned(LINES, **how))

    assert (len(found) > 1) == (how["rows_per_partition"] == 15)
    assert merged(found) == by_customer(whole)


@EVERY_WAY
def test_customers_of_a_partition_are_in_the_order_of_their_ids(partitioned, how):
    for history in histories(partitioned(LINES, **how)):
        assert history.customer_ids == sorted(history.customer_ids)


@EVERY_WAY
def test_the_first_row_with_an_event_id_counts(partitioned, how):
    again = [line.replace(",c-", ",d-") for line in LINES[5:20]]
    log = partitioned([*LINES, *again, *again[:3]], **how)
    events = merged(histories(log))

    assert log.n_duplicates == 18
    assert events == merged(histories(partitioned(LINES, **how)))


@EVERY_WAY
def test_duplicates_within_one_batch_count_once(partitioned, how):
    log = partitioned([*LINES[:5], *LINES[:5]], **how)

    assert sum(history.n_events for history in histories(log)) == 5
    assert log.n_duplicates == 5


@EVERY_WAY
def test_rows_without_an_event_id_are_no_duplicates(partitioned, how):
    unnamed = [line.replace(f"e-{i},", ",", 1) for i, line in enumerate(LINES)]

    assert (
        sum(history.n_events for history in histories(partitioned(unnamed + unnamed, **how))) == 120
    )


@EVERY_WAY
def test_amounts_in_another_currency_are_missing(partitioned, how):
    log = partitioned([line.replace(",EUR,", ",USD,") for line in LINES], currency="EUR", **how)

    for history in histories(log, currency="EUR"):
        assert np.isnan(history.amount).all()


@EVERY_WAY
def test_customers_without_events_are_in_a_partition(partitioned, write, how):
    log = partitioned(LINES, **how)
    facts = "customer_id,signed_up_at\nc-1,2025-01-01\nx-1,2025-01-02\n"
    log.add_customers(read_customers(write(facts, "customers.csv")).good)
    events = merged(histories(log))

    assert len(events) == 8
    assert events["x-1"][1] == [[]] * 8
    assert events["c-1"][0] + 86_400_000_000 == events["x-1"][0]


@EVERY_WAY
def test_versions_of_accounts_are_events_of_their_customers(partitioned, write, how):
    facts = "customer_id,valid_from,price,currency\nc-1,2026-01-01,10,EUR\nc-2,2026-01-01,9,USD\n"
    customers = read_customers(write(facts, "customers.csv")).good
    log = partitioned(LINES, currency="EUR", **how)
    log.add_customers(customers)
    good = read_activity(write(HEADER + "".join(LINES))).good
    whole = by_customer(history_of(good, customers, currency="EUR"))
    found = merged(histories(log, currency="EUR"))

    assert str(sorted(found.items())) == str(sorted(whole.items()))  # NaN is NaN here
