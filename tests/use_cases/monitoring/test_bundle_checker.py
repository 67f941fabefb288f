import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from app.db import jobs, model_checks
from app.db.connections.connect import session_factory, writer_factory
from app.db.log.reading import Reader
from app.domain.jobs import JobKind, JobState
from app.use_cases.bundles.in_service import BundleInService
from app.use_cases.monitoring.bundle_checker import BundleChecker, request_check
from app.use_cases.monitoring.monitor import Monitor
from app.work.job_queue import JobQueue
from tests.bundles import put_bundle_into_service

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    put_bundle_into_service(models)
    bundles = BundleInService(models)
    bundles.refresh()
    return bundles


@pytest.fixture
def writers(database):
    return writer_factory(database)


@pytest.fixture
def checker(database, writers, served):
    readers = session_factory(database)
    monitor = Monitor(Reader(database), readers, writers, served, lambda: NOW)
    return BundleChecker(JobQueue(writers, lambda: NOW), monitor)


@pytest.fixture
def ask(writers, served):
    def run(*, bundle_id=None, now=NOW, **changes):
        bundle_id = bundle_id or served.current().id
        with writers.begin() as session:
            return request_check(session, bundle_id=bundle_id, as_of=NOW, now=now, **changes)

    return run


def state(writers, job):
    with writers.begin() as session:
        return jobs.get(session, job.job_id)


def test_a_requested_check_runs_once(checker, ask, writers, served):
    job = ask()

    assert checker.work() is True
    assert checker.work() is False
    assert state(writers, job).state is JobState.COMPLETED
    with writers.begin() as session:
        assert model_checks.newest(session, served.current().id) is not None


def test_simultaneous_requests_with_the_same_id_get_the_same_job(ask):
    at_once = threading.Barrier(8)

    def asked(_):
        at_once.wait()
        return ask(job_id="nightly").job_id

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(asked, range(8))) == ["nightly"] * 8


def test_asking_with_the_same_id_gives_the_same_job(ask):
    assert ask(job_id="j").created_at == ask(job_id="j", now=NOW + timedelta(1)).created_at


def test_a_bundle_that_is_gone_fails_its_check_with_the_reason(checker, ask, writers):
    job = ask(bundle_id="0123456789abcdef")

    checker.work()

    failed = state(writers, job)
    assert failed.state is JobState.FAILED
    assert "0123456789abcdef" in (failed.error or "")


def test_a_checker_leaves_rescorings_to_others(checker, writers, served):
    facts = {"as_of": NOW, "bundle_id": served.current().id, "total": 0, "now": NOW}
    with writers.begin() as session:
        jobs.enqueue(session, "j", **facts)

    assert checker.work() is False
    with writers.begin() as session:
        assert jobs.get(session, "j").kind is JobKind.RESCORE
