import numpy as np

from tests.training.shops import DAY, OPENED, UNTIL_MICROS, shop
from training.dataset.history_slices import known_before
from training.dataset.snapshots import Window, closed_windows, matched_windows
from training.learning.rhythm_features import rhythms_at
from training.learning.rhythm_teacher import fit_rhythm_teacher

KNOWN = known_before(shop(), moment=UNTIL_MICROS)
WINDOWS = matched_windows(first_at=OPENED, until=UNTIL_MICROS, horizon_days=400)
CLOSED = closed_windows(first_at=OPENED, until=UNTIL_MICROS, horizon_days=60)


def everybody():
    return np.unique(np.flatnonzero(np.diff(KNOWN.starts)))


def test_the_longer_the_horizon_the_less_silence():
    teacher = fit_rhythm_teacher(KNOWN, "order_placed", WINDOWS, closed=())

    said = [
        teacher.margins_of(KNOWN, everybody(), Window(UNTIL_MICROS, UNTIL_MICROS + days * DAY))
        for days in (100, 200, 400)
    ]

    assert (np.diff([margins.mean() for margins in said]) < 0).all()


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
