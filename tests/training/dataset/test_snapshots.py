import pytest

from tests.training.shops import DAY
from training.dataset.snapshots import MAX_SNAPSHOTS, Window, closed_windows, matched_windows


@pytest.mark.parametrize("n_days", [150, 284, 400, 1000, 3650])
def test_every_label_window_closes_at_or_before_the_cut_off(n_days):
    windows = closed_windows(first_at=0, until=n_days * DAY, horizon_days=90)

    assert windows[-1].closes_at == n_days * DAY
    assert all(w.closes_at <= n_days * DAY and w.days == 90 for w in windows)
    assert 1 <= len(windows) <= MAX_SNAPSHOTS


def test_a_snapshot_has_enough_history_before_it():
    assert closed_windows(first_at=0, until=284 * DAY, horizon_days=90)[0].as_of >= 30 * DAY


def test_a_horizon_as_long_as_the_history_has_no_closed_window():
    assert closed_windows(first_at=0, until=273 * DAY, horizon_days=273) == ()


def test_matched_windows_are_to_their_history_what_the_horizon_is_to_the_whole():
    windows = matched_windows(first_at=0, until=274 * DAY, horizon_days=274)

    middle = windows[len(windows) // 2]
    assert middle.days * DAY == middle.as_of == 137 * DAY
    assert all(window.closes_at == 274 * DAY for window in windows)


def test_a_log_of_three_weeks_has_no_matched_window():
    assert matched_windows(first_at=0, until=21 * DAY, horizon_days=90) == ()


def test_a_window_that_ends_before_it_begins_cannot_be_built():
    with pytest.raises(ValueError, match="must end after it begins"):
        Window(5, 5)
