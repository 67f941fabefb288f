import numpy as np
import pytest

from tests.training.shops import CANCELLED, DAY, NO_ORDER, OPENED, ORDER, shop, with_events
from training.dataset.dataset import dataset_of
from training.dataset.history_slices import known_before
from training.dataset.reactivation import reactivation_of
from training.dataset.snapshots import Window

OPENS, CLOSES = OPENED + 150 * DAY, OPENED + 210 * DAY
WINDOW = Window(OPENS, CLOSES)
# Everybody falls silent when the window opens.
SILENT = known_before(shop(), moment=OPENS)
ROWS = dataset_of(SILENT, NO_ORDER, (WINDOW,), seed=0)


def test_those_who_order_again_after_the_window_came_back():
    gone = np.unique(ROWS.customer)
    half = gone[: len(gone) // 2]
    again = with_events(
        SILENT,
        customers=half,
        occurred_at=np.full(len(half), CLOSES),
        kinds=np.full(len(half), ORDER),
    )

    reactivation = reactivation_of(again, NO_ORDER, ROWS, cut_off=CLOSES + 30 * DAY)

    assert reactivation is not None
    assert (reactivation.n_churned, reactivation.days) == (len(gone), 30)
    assert reactivation.share == pytest.approx(len(half) / len(gone))


def test_nobody_came_back_to_a_shop_that_closed():
    reactivation = reactivation_of(SILENT, NO_ORDER, ROWS, cut_off=CLOSES + 30 * DAY)

    assert reactivation is not None
    assert reactivation.share == 0


def test_after_cancellation_only_the_subscribed_are_back():
    reactivation = reactivation_of(SILENT, CANCELLED, ROWS, cut_off=CLOSES + 30 * DAY)

    assert reactivation is not None
    assert reactivation.share == 0


def test_on_the_day_the_window_closes_nobody_can_have_come_back():
    assert reactivation_of(SILENT, NO_ORDER, ROWS, cut_off=CLOSES) is None
