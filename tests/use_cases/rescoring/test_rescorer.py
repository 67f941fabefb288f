import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import orjson
import pytest
from sqlalchemy import text

from app.db.connections.connect import session_factory, writer_factory
from app.db.log.events import record
from app.db.log.reading import Reader, fetch
from app.domain.activity import Activity
from app.domain.jobs import Keeps
from app.playbook.read import read_playbook
from app.use_cases.bundles.in_service import BundleInService
from app.use_cases.jobs.cancel import cancel_job
from app.use_cases.jobs.follow import failures_of_job, get_job, results_of_job
from app.use_cases.rescoring import chunk
from app.use_cases.rescoring.request import request_rescore
from app.use_cases.rescoring.rescore_now import rescore_now
from app.use_cases.rescoring.rescorer import Rescorer
from app.use_cases.scores import numbers
from app.use_cases.scores.answers import scoring
from app.work.job_queue import JobQueue
from tests.bundles import put_bundle_into_service

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
N_CUSTOMERS = 40


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    put_bundle_into_service(models)
    served = BundleInService(models)
    served.refresh()
    return served


@pytest.fixture
def writers(database):
    writers = writer_factory(database)
    with writers.begin() as session:
        record(session, [an_order(f"c-{i:03}", days_ago=i + 1) for i in range(N_CUSTOMERS)])
    return writers


@pytest.fixture
def new_worker(database, writers, bundles):
    def make(*, now=lambda: NOW) -> Rescorer:
        queue = JobQueue(writers, now)
        return Rescorer(queue, Reader(database), bundles, read_playbook(), chunk_size=7)

    return make


@pytest.fixture
def job(writers, bundles):
    return request_rescore(writers, bundle_id=bundles.current().id, as_of=NOW, now=NOW)


def an_order(customer_id: str, *, days_ago: int) -> Activity:
    at = NOW - timedelta(days=days_ago)
    return Activity(f"{customer_id}/{days_ago}", customer_id, at, at, "order_placed", amount=9.0)


def found(writers, job):
    with writers.begin() as session:
        return get_job(session, job.job_id)


def scored(writers, job) -> list[str]:
    with writers.begin() as session:
        page = results_of_job(session, job.job_id, limit=10 * N_CUSTOMERS, after=None)
    return [item.customer_id for item in page.items]


EVERYBODY = [f"c-{i:03}" for i in range(N_CUSTOMERS)]


def test_every_customer_is_scored_once_in_chunks(new_worker, writers, job):
    worker = new_worker()

    assert worker.work() is True
    assert worker.work() is False
    assert scored(writers, job) == EVERYBODY
    done = found(writers, job)
    assert (done.state, done.done, done.failed) == ("completed", N_CUSTOMERS, 0)


def test_a_worker_that_must_stop_hands_the_job_back_at_once(new_worker, writers, job):
    asked = iter([False, False, True])

    new_worker().work(lambda: next(asked))
    assert len(scored(writers, job)) == 14
    new_worker(now=lambda: NOW + timedelta(seconds=1)).work()

    assert scored(writers, job) == EVERYBODY


def test_a_cancelled_job_ends_with_the_next_chunk_and_what_is_stored_stays(
    new_worker, writers, job
):
    calls = []

    def cancel_after_the_first_chunk() -> bool:
        calls.append(1)
        if len(calls) == 2:
            with writers.begin() as session:
                cancel_job(session, job.job_id, now=NOW)
        return False

    new_worker().work(cancel_after_the_first_chunk)

    assert found(writers, job).state == "cancelled"
    assert scored(writers, job) == EVERYBODY[:7]


def test_the_same_id_gives_the_same_job(writers):
    first, second = (
        request_rescore(writers, bundle_id="b", as_of=NOW, now=NOW, job_id="mine") for _ in "ab"
    )

    assert first == second


def test_a_job_whose_bundle_is_gone_fails_and_says_why(new_worker, writers):
    job = request_rescore(writers, bundle_id="0" * 16, as_of=NOW, now=NOW)

    new_worker().work()

    failed = found(writers, job)
    assert failed.state == "failed"
    assert "0" * 16 in (failed.error or "")


def test_a_customer_who_cannot_be_scored_fails_alone(new_worker, writers, job, monkeypatch):
    real = chunk.answer_each

    def picky(bundle, playbook, known, *, as_of):
        if "c-010" in known.history.customer_ids:
            raise ValueError("broken history")
        return real(bundle, playbook, known, as_of=as_of)

    monkeypatch.setattr(chunk, "answer_each", picky)
    new_worker().work()

    with writers.begin() as session:
        failures = failures_of_job(session, job.job_id, limit=10, after=None).items
    assert failures == [("c-010", "could not be scored: broken history")]
    assert scored(writers, job) == [who for who in EVERYBODY if who != "c-010"]


def results(writers, job):
    with writers.begin() as session:
        return results_of_job(session, job.job_id, limit=10 * N_CUSTOMERS, after=None).items


def test_scores_without_answers_have_the_numbers_of_the_answers(new_worker, writers, bundles):
    worker, kept = new_worker(), {}
    for keeps in Keeps:
        later = NOW + timedelta(days=10)
        job = request_rescore(
            writers, bundle_id=bundles.current().id, as_of=later, now=NOW, keeps=keeps
        )
        worker.work()
        kept[keeps] = results(writers, job)

    assert {one.answer for one in kept[Keeps.NUMBERS]} == {""}
    assert "" not in {one.answer for one in kept[Keeps.ANSWERS]}
    alike = {"answer": "", "standing": None, "job_id": None}
    assert [one._replace(**alike) for one in kept[Keeps.NUMBERS]] == [
        one._replace(**alike) for one in kept[Keeps.ANSWERS]
    ]


def test_scores_without_answers_use_the_previous_tier_and_pass_findings_on(
    new_worker, writers, bundles, database
):
    worker, reader = new_worker(), Reader(database)
    bundle, playbook = bundles.current(), worker.playbook
    first = request_rescore(writers, bundle_id=bundle.id, as_of=NOW, now=NOW)
    worker.work()
    until = NOW + timedelta(days=2)
    expected = fetch(reader, scoring(bundle, playbook, EVERYBODY, as_of=until))
    request_rescore(
        writers,
        bundle_id=bundle.id,
        as_of=NOW + timedelta(days=1),
        now=NOW,
        keeps=Keeps.NUMBERS,
    )
    worker.work()
    after = fetch(reader, scoring(bundle, playbook, EVERYBODY, as_of=until))

    for one, two, kept in zip(expected, after, results(writers, first), strict=True):
        mine, theirs = orjson.loads(one.answer), orjson.loads(two.answer)
        assert mine["previous"]["score"] == kept.score
        assert theirs["previous"]["at"] == "2026-11-23T12:00:00Z"
        assert [s["since"] for s in mine["signals"]] == [s["since"] for s in theirs["signals"]]


def test_a_customer_who_cannot_be_scored_without_an_answer_fails_alone(
    new_worker, writers, bundles, monkeypatch
):
    real = numbers.score_columns

    def picky(history, bundle, *, as_of, before):
        if "c-010" in history.customer_ids:
            raise ValueError("broken history")
        return real(history, bundle, as_of=as_of, before=before)

    monkeypatch.setattr(numbers, "score_columns", picky)
    job = request_rescore(
        writers, bundle_id=bundles.current().id, as_of=NOW, now=NOW, keeps=Keeps.NUMBERS
    )
    new_worker().work()

    assert scored(writers, job) == [who for who in EVERYBODY if who != "c-010"]
    assert found(writers, job).failed == 1


def test_rescoring_now_reports_progress_to_the_end(new_worker, database):
    reported = []

    job = rescore_now(
        new_worker(),
        session_factory(database),
        as_of=NOW,
        on_progress=lambda done, total: reported.append((done, total)),
    )

    assert job.state == "completed"
    assert reported[0] == (0, N_CUSTOMERS)
    assert reported[-1] == (N_CUSTOMERS, N_CUSTOMERS)
    assert reported == sorted(reported)


CHILD = """
import sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from app.db.connections.connect import connect, writer_factory
from app.db.log.reading import Reader
from app.playbook.read import read_playbook
from app.use_cases.rescoring.rescorer import Rescorer
from app.use_cases.bundles.in_service import BundleInService
from app.work.job_queue import JobQueue

engine = connect(sys.argv[1])
bundles = BundleInService(Path(sys.argv[2]))
bundles.refresh()
queue = JobQueue(
    writer_factory(engine), now=lambda: datetime.now(UTC), lease=timedelta(seconds=0.5)
)
worker = Rescorer(queue, Reader(engine), bundles, read_playbook(), chunk_size=1)

def slowly():
    print("chunk", flush=True)
    time.sleep(0.02)
    return False

worker.work(slowly)
"""


def test_a_job_killed_half_way_goes_on_and_scores_nobody_twice(
    new_worker, writers, bundles, job, database_url
):
    command = [sys.executable, "-c", CHILD, database_url, str(bundles.models)]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root) as child:
        assert child.stdout is not None
        for _ in range(10):
            assert child.stdout.readline() == b"chunk\n"
        os.kill(child.pid, signal.SIGKILL)
    before = scored(writers, job)
    assert 0 < len(before) < N_CUSTOMERS
    assert found(writers, job).state == "in_progress"

    worker = new_worker(now=lambda: datetime.now(UTC))
    until = time.monotonic() + 20
    while not worker.work() and time.monotonic() < until:
        time.sleep(0.05)

    assert found(writers, job).state == "completed"
    assert scored(writers, job) == EVERYBODY
    assert found(writers, job).done == N_CUSTOMERS


def spoil(writers, customer_id: str) -> str:
    """Put what no version has written in the place of what the last answer left; return that."""
    who = {"who": customer_id}
    with writers.begin() as session:
        before = session.scalar(
            text("SELECT standing FROM assessments WHERE customer_id = :who"), who
        )
        session.execute(
            text("UPDATE assessments SET standing = '{}' WHERE customer_id = :who"), who
        )
    return str(before)


def mend(writers, customer_id: str, standing: str) -> None:
    with writers.begin() as session:
        session.execute(
            text("UPDATE assessments SET standing = :standing WHERE customer_id = :who"),
            {"who": customer_id, "standing": standing},
        )


def test_a_job_that_always_breaks_off_is_given_up_and_a_later_one_is_done(
    new_worker, writers, bundles, job
):
    new_worker().work()
    good = spoil(writers, "c-010")
    later = NOW + timedelta(days=1)
    ask = partial(request_rescore, writers, bundle_id=bundles.current().id, as_of=later, now=later)
    broken = ask()
    for n in range(3):
        with pytest.raises(KeyError):
            new_worker(now=lambda n=n: later + n * timedelta(hours=1)).work()
        assert found(writers, broken).attempts == n + 1

    failed = found(writers, broken)
    assert (failed.state, failed.attempts) == ("failed", 3)
    assert "KeyError" in (failed.error or "")
    assert "c-010" not in (failed.error or "")
    mend(writers, "c-010", good)
    again = ask()
    new_worker(now=lambda: later).work()
    assert scored(writers, again) == EVERYBODY


KILLED = CHILD.replace("time.sleep(0.02)", "import os; os.kill(os.getpid(), 9)").replace(
    "timedelta(seconds=0.5)", "timedelta(0)"
)


def test_a_job_that_kills_its_workers_is_given_up(new_worker, writers, bundles, job, database_url):
    command = [sys.executable, "-c", KILLED, database_url, str(bundles.models)]
    root = Path(__file__).parents[3]
    for _ in range(3):
        ended = subprocess.run(command, cwd=root, check=False, capture_output=True)
        assert (ended.stdout, ended.returncode) == (b"chunk\n", -signal.SIGKILL)
        assert found(writers, job).state == "in_progress"

    later = datetime.now(UTC) + timedelta(minutes=1)
    assert new_worker(now=lambda: later).work() is False
    assert found(writers, job).state == "failed"
    assert "killed" in (found(writers, job).error or "")
    assert scored(writers, job) == []


def test_a_worker_whose_job_was_taken_over_writes_nothing_more(new_worker, writers, job, database):
    other = new_worker(now=lambda: NOW + timedelta(hours=1))
    calls = []

    def overtaken() -> bool:
        calls.append(1)
        if len(calls) == 2:
            other.work()
        return False

    new_worker().work(overtaken)

    assert scored(writers, job) == EVERYBODY
    with database.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM assessments")) == N_CUSTOMERS
