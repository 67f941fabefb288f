import numpy as np

from tests.training.shops import CANCELLED, DAY, NO_ORDER, OPENED, UNTIL_MICROS, run_of, shop
from training.dataset.dataset import dataset_of
from training.dataset.history_slices import known_before
from training.dataset.snapshots import Window, closed_windows
from training.hyperparameters import Hyperparameters
from training.learning.teacher import fit_teacher

KNOWN = known_before(shop(), moment=UNTIL_MICROS)
WINDOWS = closed_windows(first_at=OPENED, until=UNTIL_MICROS, horizon_days=60)


def teacher(churn, rows):
    run = run_of(churn=churn, hyperparameters=Hyperparameters(max_rounds=30))
    return fit_teacher(run, rows, on_fold=lambda _done: None)


def test_where_orders_are_all_there_is_rhythm_joins_the_booster():
    rows = dataset_of(KNOWN, NO_ORDER, WINDOWS, seed=0)

    assert teacher(NO_ORDER, rows).name == "mean of booster and rhythm"


def test_where_no_window_has_closed_rhythm_teaches_alone():
    alone = teacher(NO_ORDER, None)
    customers = np.flatnonzero(np.diff(KNOWN.starts))
    window = Window(UNTIL_MICROS, UNTIL_MICROS + 60 * DAY)

    assert alone.name == "rhythm alone"
    assert np.isfinite(alone.margins_of(KNOWN, customers, np.empty((0, 0)), window)).all()


def test_cancellation_has_no_rhythm():
    rows = dataset_of(KNOWN, NO_ORDER, WINDOWS, seed=0)

    assert teacher(CANCELLED, rows).name == "booster on all features"
