import numpy as np
import pytest

from app.domain.activity import TYPE_CODES
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.errors import TrainingRefused
from app.features.history import group_and_sort
from app.features.outcomes import churned
from tests.training.shops import CANCELLED, DAY, NO_ORDER, ORDER

T = 20_000 * DAY
STARTED, RENEWED, CANCELLATION = (
    TYPE_CODES[f"subscription_{what}"] for what in ("started", "renewed", "cancelled")
)


def history(*events, received_at=None):
    """One customer; events are (day relative to T, kind) or (day, kind, renewal day)."""
    no_moment = np.iinfo(np.int64).min
    days = [event[0] for event in events]
    return group_and_sort(
        customer_ids=["a"],
        customer_codes=np.zeros(len(events), np.int64),
        occurred_at=np.array([T + int(day * DAY) for day in days]),
        received_at=received_at,
        kind=np.array([event[1] for event in events], np.int16),
        until=np.array([T + event[2] * DAY if len(event) > 2 else no_moment for event in events]),
    )


@pytest.mark.parametrize(
    ("day", "is_churned"),
    [(-1, True), (0, False), (59, False), (60, True), (200, True)],
)
def test_absence_is_told_in_the_half_open_window(day, is_churned):
    assert churned(history((-5, ORDER), (day, ORDER)), NO_ORDER, as_of=T)[0] == is_churned


def test_an_order_reported_late_still_says_that_the_customer_stayed():
    late = history((-5, ORDER), (3, ORDER), received_at=np.array([T - DAY, T + 300 * DAY]))

    assert not churned(late, NO_ORDER, as_of=T)[0]


def test_a_cancellation_in_the_window_is_churn_even_if_followed_by_a_restart():
    events = ((-20, STARTED, 300), (10, CANCELLATION), (12, STARTED, 400))

    assert churned(history(*events), CANCELLED, as_of=T)[0]


def test_a_cancellation_after_the_window_is_not_churn_in_it():
    events = ((-20, STARTED, 300), (60, CANCELLATION))

    assert not churned(history(*events), CANCELLED, as_of=T)[0]


def test_a_renewal_that_does_not_come_is_churn():
    assert churned(history((-20, STARTED, 10)), CANCELLED, as_of=T)[0]


def test_a_renewal_that_comes_is_none():
    events = ((-20, STARTED, 10), (9, RENEWED, 100))

    assert not churned(history(*events), CANCELLED, as_of=T)[0]


def test_a_running_contract_that_is_not_due_is_no_churn():
    assert not churned(history((-20, STARTED, 100)), CANCELLED, as_of=T)[0]


def test_an_event_that_the_log_does_not_tell_apart_is_refused():
    odd = ChurnDefinition(ChurnKind.ABSENCE, "bought_a_llama", 60)

    with pytest.raises(TrainingRefused, match="bought_a_llama"):
        churned(history((-5, ORDER)), odd, as_of=T)
