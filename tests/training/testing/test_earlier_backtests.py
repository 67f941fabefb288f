from itertools import pairwise

from tests.training.shops import DAY, OPENED
from training.dataset.snapshots import Window, closed_windows
from training.testing.earlier_backtests import earlier_windows


def windows(n_days, horizon_days):
    until = OPENED + n_days * DAY
    tested = Window(until - horizon_days * DAY, until)
    found = earlier_windows(first_at=OPENED, tested=tested, horizon_days=horizon_days)
    return tested, found


def test_a_long_history_is_tested_a_horizon_apart():
    tested, found = windows(700, 60)

    assert [w.as_of for w in (*found, tested)] == [
        tested.as_of - back * 60 * DAY for back in (2, 1, 0)
    ]
    assert all(w.days == 60 for w in found)


def test_a_short_history_is_tested_as_far_apart_as_it_allows():
    tested, found = windows(284, 90)

    assert len(found) == 2
    for window in found:
        assert closed_windows(first_at=OPENED, until=window.as_of, horizon_days=90)
    steps = {b.as_of - a.as_of for a, b in pairwise((*found, tested))}
    assert steps == {35 * DAY}


def test_a_history_with_room_for_one_gives_one_and_one_without_gives_none():
    assert len(windows(180 + 30 + 20, 90)[1]) == 1
    assert windows(180 + 30 + 5, 90)[1] == ()
    assert windows(150, 90)[1] == ()
