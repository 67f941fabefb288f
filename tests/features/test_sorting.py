"""Records in any number of arrays are sorted like columns."""

import numpy as np
import pytest

from app.features.sorting import (
    AMOUNT,
    CODES,
    COLUMN_TYPES,
    N_FIELDS,
    OCCURRED_AT,
    RECEIVED_AT,
    REF,
    UNTIL,
    sort_batches,
    sort_columns,
    sortable_bits,
)


@pytest.mark.parametrize("n_customers", [1, 3, 5_000])
def test_batches_give_the_same_as_columns(n_customers):
    rng = np.random.default_rng(7)
    n = 20_000
    codes = rng.integers(0, n_customers, n)
    columns = tuple(rng.integers(0, 5, n).astype(dtype, order="C") for dtype in COLUMN_TYPES)
    occurred_at, received_at, kind, channel, detail, ref, amount, until = columns
    records = np.zeros((n, N_FIELDS + 1), np.int64)
    records[:, OCCURRED_AT], records[:, RECEIVED_AT] = occurred_at, received_at
    packed = (kind.astype(np.int64) << 16) + (channel.astype(np.int64) << 8) + detail
    records[:, CODES] = (np.arange(n) << 32) + packed
    records[:, UNTIL], records[:, REF] = until, 0
    records[:, AMOUNT] = [sortable_bits.function(bits) for bits in amount.view(np.int64).tolist()]
    without_refs = (*columns[:5], np.zeros_like(ref), *columns[6:])
    cut = n // 3

    expected = sort_columns(codes, n_customers, without_refs)
    found = sort_batches(
        [codes[:cut], codes[cut:]], n_customers, [records[:cut], records[cut:].copy()]
    )

    assert np.array_equal(found[0], expected[0])
    for one, other in zip(found[1], expected[1], strict=True):
        assert np.array_equal(one, other)
