import numpy as np
import pytest

from tests.training.shops import DAY, OPENED, ORDER, UNTIL_MICROS, shop, with_events
from training.dataset.history_slices import known_before
from training.dataset.snapshots import matched_windows
from training.learning.rhythm_features import fit_btyd, rhythm_features_at, rhythms_at

KNOWN = known_before(shop(), moment=UNTIL_MICROS)
WINDOWS = matched_windows(first_at=OPENED, until=UNTIL_MICROS, horizon_days=400)


def test_two_orders_on_one_day_count_as_one():
    first = KNOWN.occurred_at[KNOWN.starts[:-1]]
    noon = first // DAY * DAY + DAY // 2
    twice = with_events(
        KNOWN, customers=np.arange(400), occurred_at=noon, kinds=np.full(400, ORDER)
    )

    before = rhythms_at(KNOWN, "order_placed", as_of=UNTIL_MICROS)
    after = rhythms_at(twice, "order_placed", as_of=UNTIL_MICROS)
    assert np.array_equal(before.repeats, after.repeats)


@pytest.mark.parametrize("stretched", [True, False])
def test_what_comes_after_the_snapshot_changes_no_column(stretched):
    window = WINDOWS[0]
    blind = known_before(KNOWN, moment=window.as_of)
    btyd = None if stretched else fit_btyd(blind, "order_placed", as_of=window.as_of)

    seeing = rhythm_features_at(KNOWN, "order_placed", btyd, window)[1]

    assert np.array_equal(seeing, rhythm_features_at(blind, "order_placed", btyd, window)[1])
