import numpy as np
import pytest

from tests.training.shops import DAY, OPENED, ORDER, UNTIL_MICROS, shop, with_events
from training.dataset.history_slices import known_before
from training.dataset.snapshots import Window, closed_windows, matched_windows
from training.learning.rhythm_teacher import (
    fit_rhythm_teacher,
    maps_of,
    rhythm_features_at,
    rhythms_at,
)

KNOWN = known_before(shop(), moment=UNTIL_MICROS)
WINDOWS = matched_windows(first_at=OPENED, until=UNTIL_MICROS, horizon_days=400)
CLOSED = closed_windows(first_at=OPENED, until=UNTIL_MICROS, horizon_days=60)


def everybody():
    return np.unique(np.flatnonzero(np.diff(KNOWN.starts)))


def test_two_orders_on_one_day_are_one_visit():
    first = KNOWN.occurred_at[KNOWN.starts[:-1]]
    noon = first // DAY * DAY + DAY // 2
    twice = with_events(
        KNOWN, customers=np.arange(400), occurred_at=noon, kinds=np.full(400, ORDER)
    )

    before = rhythms_at(KNOWN, "order_placed", as_of=UNTIL_MICROS)
    after = rhythms_at(twice, "order_placed", as_of=UNTIL_MICROS)
    assert np.array_equal(before.repeats, after.repeats)


def test_the_longer_the_horizon_the_less_silence():
    teacher = fit_rhythm_teacher(KNOWN, "order_placed", WINDOWS, closed=())

    said = [
        teacher.margins_of(KNOWN, everybody(), Window(UNTIL_MICROS, UNTIL_MICROS + days * DAY))
        for days in (100, 200, 400)
    ]

    assert (np.diff([margins.mean() for margins in said]) < 0).all()


@pytest.mark.parametrize("stretched", [True, False])
def test_what_comes_after_the_snapshot_moves_nothing_it_looks_at(stretched):
    window = WINDOWS[0]
    blind = known_before(KNOWN, moment=window.as_of)
    maps = None if stretched else maps_of(blind, "order_placed", as_of=window.as_of)

    seeing = rhythm_features_at(KNOWN, "order_placed", maps, window)[1]

    assert np.array_equal(seeing, rhythm_features_at(blind, "order_placed", maps, window)[1])


def test_windows_in_which_nobody_stayed_teach_nothing():
    silent = known_before(KNOWN, moment=OPENED + 200 * DAY)
    window = Window(OPENED + 200 * DAY, OPENED + 260 * DAY)

    assert fit_rhythm_teacher(silent, "order_placed", (window,), closed=()) is None


def test_the_teacher_ranks_the_recent_before_the_silent():
    teacher = fit_rhythm_teacher(KNOWN, "order_placed", WINDOWS, closed=CLOSED)
    window = Window(UNTIL_MICROS, UNTIL_MICROS + 60 * DAY)
    rhythms = rhythms_at(KNOWN, "order_placed", as_of=UNTIL_MICROS)

    margins = teacher.margins_of(KNOWN, everybody(), window)

    assert np.corrcoef(rhythms.age - rhythms.last_at, margins)[0, 1] > 0.3
