from datetime import UTC, datetime, timedelta

import pytest

from app.domain.errors import EvaluationRefused
from app.domain.moments import from_micros
from app.features.history import group_and_sort
from tests.training.evaluation.bundles import AS_OF, TRAINED, Opinion, bundle, log
from training.evaluation.window import window_of

FACTS = bundle(Opinion(-2.0, 2.0)).manifest.facts


def opened(as_of, facts=FACTS):
    return from_micros(window_of(log(), facts, as_of=as_of).as_of)


def test_without_a_moment_the_newest_closed_window_is_taken():
    """The last event is 40 days after AS_OF, so the last day ends 41 after it."""
    assert opened(None) == AS_OF + timedelta(days=41 - 30)


def test_a_moment_that_has_closed_is_taken_as_it_is():
    assert opened(AS_OF) == AS_OF
    assert opened(TRAINED) == TRAINED


def test_a_window_that_the_bundle_has_seen_is_refused():
    with pytest.raises(EvaluationRefused, match="choose --as-of 2026-03-01 or later"):
        opened(TRAINED - timedelta(days=1))


def test_a_window_that_is_open_is_refused_with_the_day_on_which_it_closes():
    with pytest.raises(EvaluationRefused, match=r"closes at 2026-05-13.*choose --as-of 2026-04-12"):
        opened(datetime(2026, 4, 13, tzinfo=UTC))


def test_a_bundle_newer_than_every_closed_window_is_refused_with_the_first_that_will_do():
    newer = bundle(Opinion(-2.0, 2.0), trained_until=AS_OF + timedelta(days=20)).manifest.facts

    with pytest.raises(EvaluationRefused, match="so the first closes at 2026-05-21"):
        opened(None, newer)


def test_an_empty_log_is_refused():
    empty = group_and_sort(customer_ids=["c"], customer_codes=[], occurred_at=[], kind=[])

    with pytest.raises(EvaluationRefused, match="no event"):
        window_of(empty, FACTS, as_of=None)
