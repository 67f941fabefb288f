"""A log by customers is the same log, in memory or through files."""

import pytest

from app.files import history_of, read_activity, read_customers
from app.files.histories import events_of
from app.files.parted import PartedLog

HEADER = "event_id,customer_id,occurred_at,type\n"
LINES = [f"e-{i},c-{i % 7},2026-01-{1 + i % 28:02},login\n" for i in range(60)]


@pytest.fixture
def parted(tmp_path, write):
    """Put lines into a log, in parts of ten rows."""

    def parted(lines, *, rows_in_memory):
        (tmp_path / "aside").mkdir(exist_ok=True)
        log = PartedLog(tmp_path / "aside", len(lines), rows_in_memory)
        for first in range(0, len(lines), 10):
            good = read_activity(write(HEADER + "".join(lines[first : first + 10]))).good
            log.add_events(events_of(good, currency=None), good["event_id"])
        return log

    return parted


def by_customer(history):
    return {
        customer: history.occurred_at[history.starts[i] : history.starts[i + 1]].tolist()
        for i, customer in enumerate(history.customer_ids)
    }


@pytest.mark.parametrize("rows_in_memory", [15, 1_000])
def test_every_customer_is_in_one_part_with_all_events(parted, write, rows_in_memory):
    whole = history_of(read_activity(write(HEADER + "".join(LINES))).good, currency=None)
    parts = parted(LINES, rows_in_memory=rows_in_memory).parts()
    found = [by_customer(part.history(currency=None)) for part in parts]

    assert (len(parts) > 1) == (rows_in_memory == 15)
    assert sum(len(part) for part in found) == whole.n_customers
    assert {c: e for part in found for c, e in part.items()} == by_customer(whole)


@pytest.mark.parametrize("rows_in_memory", [15, 1_000])
def test_of_rows_with_one_event_id_the_first_of_the_file_counts(parted, rows_in_memory):
    again = [line.replace(",c-", ",d-") for line in LINES[5:20]]
    log = parted([*LINES, *again], rows_in_memory=rows_in_memory)
    found = [by_customer(part.history(currency=None)) for part in log.parts()]
    events = {c: e for part in found for c, e in part.items()}

    assert log.n_repeated == 15
    assert sum(map(len, events.values())) == 60
    assert not [customer for customer in events if customer.startswith("d-")]


@pytest.mark.parametrize("rows_in_memory", [15, 1_000])
def test_customers_without_events_are_in_a_part(parted, write, rows_in_memory):
    log = parted(LINES, rows_in_memory=rows_in_memory)
    log.add_customers(read_customers(write("customer_id\nc-1\nx-1\n", "customers.csv")).good)
    found = [by_customer(part.history(currency=None)) for part in log.parts()]
    events = {c: e for part in found for c, e in part.items()}

    assert len(events) == sum(map(len, found)) == 8
    assert events["x-1"] == []
