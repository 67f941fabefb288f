import numpy as np
import pytest

from app.features.arrays import NO_MOMENT
from app.features.history import group_and_sort
from tests.strategies import random_columns


def test_events_stand_by_customer_and_ascend():
    history = group_and_sort(
        customer_ids=["a", "b", "c"],
        customer_codes=np.array([2, 0, 2, 0]),
        occurred_at=np.array([40, 30, 20, 10]),
        kind=np.array([1, 2, 3, 4]),
        ref=np.array([7, -1, 0, 9]),
    )

    assert history.starts.tolist() == [0, 2, 2, 4]
    assert history.occurred_at.tolist() == [10, 30, 20, 40]
    assert history.kind.tolist() == [4, 2, 3, 1]
    assert history.ref.tolist() == [9, -1, 0, 7]
    assert (history.n_customers, history.n_events) == (3, 4)


def test_what_is_not_given_is_none():
    history = group_and_sort(
        customer_ids=["a"],
        customer_codes=np.array([0]),
        occurred_at=np.array([5]),
        kind=np.array([1]),
    )

    assert history.received_at.tolist() == [5]
    assert history.channel.tolist() == history.detail.tolist() == history.ref.tolist() == [0]
    assert np.isnan(history.amount).tolist() == [True]
    assert history.until.tolist() == history.signed_up_at.tolist() == [NO_MOMENT]


def test_events_of_one_moment_stand_by_what_they_say_amounts_before_none():
    amounts = np.array([np.nan, 3.0, -1.0, 0.0, -0.5])
    history = group_and_sort(
        customer_ids=["a"],
        customer_codes=np.zeros(5, np.int64),
        occurred_at=np.full(5, 9),
        kind=np.full(5, 1),
        amount=amounts,
    )

    assert history.amount[:4].tolist() == [-1.0, -0.5, 0.0, 3.0]
    assert np.isnan(history.amount[4])


@pytest.mark.parametrize("n_customers", [1, 7, 400])
def test_sorting_agrees_with_numpy(n_customers):
    columns = random_columns(5, n_customers=n_customers, n_events=3_000)
    columns["occurred_at"] //= 10**13  # many events at the same moment
    history = group_and_sort(customer_ids=[""] * n_customers, **columns)

    by = ("received_at", "amount", "until", "detail", "channel", "kind", "occurred_at")
    order = np.lexsort([*(columns[name] for name in by), columns["customer_codes"]])
    for name in by:
        assert np.array_equal(getattr(history, name), columns[name][order], equal_nan=True), name


def test_a_part_shares_the_columns():
    history = group_and_sort(
        customer_ids=["a", "b", "c"],
        customer_codes=np.array([2, 0, 2, 0]),
        occurred_at=np.array([40, 30, 20, 10]),
        kind=np.array([1, 2, 3, 4]),
    )
    part = history.part(1, 3)

    assert (part.customer_ids, part.starts.tolist()) == (["b", "c"], [2, 2, 4])
    assert part.occurred_at is history.occurred_at


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"customer_codes": np.array([1])}, "column customer_codes must lie in 0 to 0, got 1 to 1"),
        ({"kind": np.array([99])}, "column kind must lie in 0 to 21, got 99 to 99"),
        ({"channel": np.array([12])}, "column channel must lie in 0 to 11, got 12 to 12"),
        ({"ref": np.array([1, 2])}, r"column ref must have shape \(1,\), got \(2,\)"),
        ({"amount": np.array([np.inf])}, "an amount must be a finite number or NaN"),
    ],
)
def test_columns_that_cannot_be_are_refused(wrong, message):
    columns = {
        "customer_codes": np.array([0]),
        "occurred_at": np.array([5]),
        "kind": np.array([1]),
    }

    with pytest.raises(ValueError, match=message):
        group_and_sort(customer_ids=["a"], **(columns | wrong))


def test_arrays_that_may_not_be_written_are_read():
    occurred_at = np.array([5])
    occurred_at.flags.writeable = False
    history = group_and_sort(
        customer_ids=["a"],
        customer_codes=np.array([0]),
        occurred_at=occurred_at,
        kind=np.array([1]),
    )

    assert history.occurred_at.flags.writeable
