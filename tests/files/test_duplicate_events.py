"""The first row with an event_id counts, wherever in the log the others are."""

from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files.duplicate_events import find_duplicates, hash_event_ids, n_buckets_for

ids = st.one_of(st.none(), st.sampled_from(["", "a", "b", "c", "d", "e"]))
batches = st.lists(st.lists(ids, max_size=8), max_size=5)


def found_duplicates(batches, n_buckets):
    given_ids = [hash_event_ids(pl.Series(batch, dtype=pl.String), n_buckets) for batch in batches]
    with ThreadPoolExecutor(1) as threads:
        found = find_duplicates(given_ids, threads)
    return {batch: rows.tolist() for batch, rows in found.items()}


def expected(batches):
    seen, found = set(), {}
    for number, batch in enumerate(batches):
        for row, event_id in enumerate(batch):
            if event_id is not None and event_id in seen:
                found.setdefault(number, []).append(row)
            seen.add(event_id)
    return found


@pytest.mark.parametrize("n_buckets", [1, 3])
@given(batches=batches)
def test_duplicates_are_found_by_batch_and_row(batches, n_buckets):
    assert found_duplicates(batches, n_buckets) == expected(batches)


def test_buckets_fit_the_cache_and_are_not_too_many():
    assert n_buckets_for(0) == 1
    assert n_buckets_for(100_000) == 4
    assert n_buckets_for(10**12) == 1_024
