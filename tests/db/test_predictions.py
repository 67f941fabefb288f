from datetime import UTC, datetime, timedelta

from app.db import assessments, customers, job_leases, jobs, predictions
from app.domain.customers import Customer
from app.domain.jobs import JobKind
from app.domain.scores.stored import Rescoring, StoredAssessment

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def rescored(session, job_id, *, as_of=NOW, said=(("c-1", 0.5),), kind=JobKind.RESCORE):
    """A job that kept what it said; None is somebody whom it could not score."""
    jobs.enqueue(session, job_id, as_of=as_of, bundle_id="b-1", total=len(said), now=NOW, kind=kind)
    held = {"worker": "w", "now": NOW}
    job = job_leases.claim(session, **held, kind=kind)
    if said:
        numbers = {True: (50, 50, "medium"), False: (None, None, None)}
        answers = [
            StoredAssessment(who, as_of, "b-1", p, *numbers[p is not None], "{}", job_id)
            for who, p in said
        ]
        job_leases.advance(session, job, **held, cursor="z", n_done=len(said), failures={})
        assessments.add_many(session, answers)
    job_leases.complete(session, job_id, **held)
    return Rescoring(job_id, "b-1", as_of)


def test_rescorings_that_stored_scores_are_returned_by_moment(session):
    late = rescored(session, "a", as_of=NOW)
    early = rescored(session, "b", as_of=NOW - DAY)
    rescored(session, "c", as_of=NOW + DAY)
    rescored(session, "d", said=())
    rescored(session, "e", kind=JobKind.MONITOR)

    assert predictions.rescorings(session, until=NOW) == [early, late]


def test_predictions_are_found_by_customer_and_job(session):
    one = rescored(session, "a", said=[("c-1", 0.25), ("c-2", 0.5), ("c-3", None)])
    rescored(session, "b", as_of=NOW + DAY, said=[("c-1", 0.75)])

    found = predictions.probabilities_of(session, one, ["c-1", "c-3", "c-9"])

    assert found == {"c-1": 0.25}


def test_a_sample_of_few_customers_is_all_of_them(session):
    with_customers(session, 5)

    assert predictions.sample(session, limit=10) == [f"c-{i}" for i in range(5)]


def test_a_sample_is_repeatable_and_hardly_changes_when_customers_join(session):
    with_customers(session, 300)
    before = predictions.sample(session, limit=100)
    assert predictions.sample(session, limit=100) == before
    assert len(before) == 100
    assert before == sorted(before)

    with_customers(session, 330)

    assert len(set(before) - set(predictions.sample(session, limit=100))) < 20


def test_tiers_are_counted_by_newest_score(session):
    rescored(session, "a", said=[("c-1", 0.25), ("c-2", 0.5), ("c-3", None)])

    assert predictions.tiers(session) == {"medium": 2, "none": 1}


def test_an_empty_log_was_never_received(session):
    assert predictions.log_until(session) is None
    assert assessments.page_of_job(session, "a", limit=1) == []


def with_customers(session, n):
    everybody = [Customer(customer_id=f"c-{i}") for i in range(n)]
    customers.put_many(session, everybody, [])
