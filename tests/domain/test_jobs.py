"""Which state of a job may follow which, and when a job is given up."""

from datetime import UTC, datetime
from itertools import product

import pytest

from app.domain.jobs import (
    MAX_ATTEMPTS,
    Job,
    JobKind,
    JobState,
    Keeps,
    given_up_because,
    is_given_up,
    states_before,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ALLOWED = {
    ("queued", "in_progress"),
    ("queued", "cancelled"),
    ("in_progress", "in_progress"),  # taken over by another worker
    ("in_progress", "completed"),
    ("in_progress", "failed"),
    ("in_progress", "cancelled"),
}


def a_job(**changes) -> Job:
    values = {
        "job_id": "j-1",
        "kind": JobKind.RESCORE,
        "keeps": Keeps.ANSWERS,
        "state": JobState.IN_PROGRESS,
        "as_of": NOW,
        "bundle_id": "b-1",
        "total": 4,
        "done": 0,
        "failed": 0,
        "cursor": None,
        "attempts": 0,
        "created_at": NOW,
        "started_at": NOW,
        "finished_at": None,
        "error": None,
    }
    return Job(**(values | changes))


@pytest.mark.parametrize(("earlier", "later"), list(product(JobState, JobState)))
def test_a_job_passes_from_state_to_state_only_as_allowed(earlier, later):
    is_allowed = (earlier.value, later.value) in ALLOWED

    assert earlier.may_become(later) is is_allowed
    assert (earlier in states_before(later)) is is_allowed


@pytest.mark.parametrize("state", JobState)
def test_a_job_has_ended_where_no_state_may_follow(state):
    assert state.has_ended is not any(state.may_become(later) for later in JobState)


def test_every_state_but_the_first_is_reached_from_another():
    reached = {later for later in JobState if states_before(later)}

    assert reached == set(JobState) - {JobState.QUEUED}


@pytest.mark.parametrize(
    ("changes", "progress"),
    [
        ({}, 0.0),
        ({"done": 2, "failed": 1}, 0.75),
        ({"done": 9}, 1.0),  # customers joined since the job was requested
        ({"total": 0}, 0.0),
        ({"total": 0, "state": JobState.COMPLETED}, 1.0),
        ({"done": 1, "state": JobState.COMPLETED}, 1.0),
    ],
)
def test_progress_is_the_share_of_customers_that_are_through(changes, progress):
    assert a_job(**changes).progress == progress


def test_a_job_is_given_up_after_its_last_attempt():
    assert not is_given_up(attempts=MAX_ATTEMPTS - 1)
    assert is_given_up(attempts=MAX_ATTEMPTS)


def test_a_job_that_is_given_up_says_how_often_it_was_tried_and_how_it_ended():
    error = given_up_because("ended with KeyError")

    assert error.startswith("given up after 3 attempts in a row that got nothing done")
    assert "the last of which ended with KeyError;" in error
