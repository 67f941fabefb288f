"""Answers are kept, and the newest of each customer is found and listed quickly."""

from datetime import UTC, datetime, timedelta

from app.db import assessments, customers
from app.db.log.reading import fetch
from app.domain.customers import Customer
from app.domain.scores.stored import StoredAssessment

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=1)


def an_assessment(customer_id="c-1", *, score=50, tier="medium", **values) -> StoredAssessment:
    values = {"as_of": NOON, "bundle_id": "b-1", "probability": 0.5, "percentile": 40} | values
    return StoredAssessment(customer_id, score=score, tier=tier, answer='{"a":1}', **values)


def unscored(customer_id, *, as_of=NOON):
    return an_assessment(
        customer_id, score=None, tier=None, probability=None, percentile=None, as_of=as_of
    )


def history(session, customer_id="c-1", **arguments):
    return assessments.page_of_history(session, customer_id, **{"limit": 10} | arguments)


def latest_score(session, customer_id="c-1"):
    customers.put(session, Customer(customer_id))
    return fetch(session, assessments.current_score(customer_id))[1]


def listed(session, **arguments):
    page = customers.page(session, **{"limit": 100} | arguments)
    return [(found.customer_id, found.score) for found in page]


def test_an_answer_is_stored_as_it_was_given(session):
    assessments.add_many(session, [an_assessment()])

    assert history(session) == [an_assessment()]


def test_a_second_answer_for_the_same_moment_replaces_the_first(session):
    assessments.add_many(session, [an_assessment(score=50)])
    assessments.add_many(session, [an_assessment(score=60)])

    assert [kept.score for kept in history(session)] == [60]
    assert latest_score(session) == 60


def test_the_history_comes_newest_first_in_pages(session):
    moments = [NOON + timedelta(days=day) for day in range(5)]
    assessments.add_many(session, [an_assessment(as_of=moment) for moment in moments])

    first = history(session, limit=2)
    rest = history(session, after=(first[-1].as_of, ""))

    assert [kept.as_of for kept in first + rest] == moments[::-1]


def test_the_current_score_is_the_newest_in_whatever_order_scores_arrive(session):
    assessments.add_many(session, [an_assessment(score=80, as_of=LATER)])
    assessments.add_many(session, [an_assessment(score=10, as_of=NOON)])

    assert latest_score(session) == 80


def test_an_unknown_customer_has_no_score_and_a_known_one_may_have_none(session):
    customers.put(session, Customer("c-1"))

    assert fetch(session, assessments.current_score("nobody")) is None
    assert fetch(session, assessments.current_score("c-1")) == (None, None)


def test_each_of_many_assessments_becomes_the_current_score_of_its_customer(session):
    many = [an_assessment(f"c-{i:03d}", score=i) for i in range(100)]
    assessments.add_many(session, many)
    assessments.add_many(session, [one._replace(score=99, as_of=LATER) for one in many[:50]])

    found = [latest_score(session, one.customer_id) for one in many]
    assert found == [99] * 50 + list(range(50, 100))


def test_the_answers_of_a_job_are_paged_by_customer(session):
    both = [an_assessment("c-2", job_id="j-1"), an_assessment("c-1", job_id="j-1")]
    assessments.add_many(session, [*both, an_assessment("c-3")])

    assert assessments.page_of_job(session, "j-1", limit=1) == [both[1]]
    assert assessments.page_of_job(session, "j-1", limit=9, after="c-1") == [both[0]]
    assert assessments.page_of_job(session, "", limit=9) == []


def test_a_listing_has_the_highest_scores_first(session):
    assessments.add_many(
        session,
        [
            an_assessment("c-1", score=75, tier="high"),
            an_assessment("c-2", score=90, tier="high"),
            an_assessment("c-3", score=20, tier="low"),
            unscored("c-4"),
        ],
    )

    assert listed(session) == [("c-2", 90), ("c-1", 75), ("c-3", 20)]
    assert listed(session, tier="high") == [("c-2", 90), ("c-1", 75)]
    assert listed(session, min_score=80) == [("c-2", 90)]
    assert listed(session, max_score=75) == [("c-1", 75), ("c-3", 20)]


def test_pages_of_a_listing_hold_every_customer_once_even_among_equal_scores(session):
    many = [an_assessment(f"c-{i}", score=70 + i % 2, tier="high") for i in range(9)]
    assessments.add_many(session, many)

    seen, after = [], None
    while page := listed(session, limit=2, tier="high", after=after):
        seen += page
        after = (page[-1][1], page[-1][0])

    assert seen == sorted(seen, key=lambda item: (item[1], item[0]), reverse=True)
    assert len(set(seen)) == 9


def test_a_customer_whose_history_is_no_longer_sufficient_leaves_the_listing(session):
    assessments.add_many(session, [an_assessment("c-1")])
    assessments.add_many(session, [unscored("c-1", as_of=LATER)])

    assert listed(session) == []


def test_a_listing_by_tier_is_one_index_scan(session):
    if session.get_bind().dialect.name == "sqlite":
        plan = "EXPLAIN QUERY PLAN "
    else:
        session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = "EXPLAIN "
    query = (
        "SELECT customer_id FROM current_scores WHERE tier = 'high' AND score IS NOT NULL "
        "AND (score, customer_id) < (80, 'c-5') ORDER BY score DESC, customer_id DESC LIMIT 10"
    )
    found = " ".join(map(str, session.connection().exec_driver_sql(plan + query)))

    assert "ix_current_scores_tier" in found
    assert "SORT" not in found.upper().replace("TEMP B-TREE FOR ORDER BY", "SORT")
