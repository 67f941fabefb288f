"""The whole application over real databases, with a real bundle in service."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.bundle import opening
from app.db.connections.connect import writer_factory
from app.domain.scopes import ALL_SCOPES
from app.main import create_app
from app.settings import Settings
from app.use_cases.bundles import in_service
from app.use_cases.keys.manage import create_key
from tests.bundles import put_bundle_into_service

CUSTOMER = "c-1042"


@pytest.fixture(scope="session")
def models(tmp_path_factory) -> Path:
    """A shelf with one promoted bundle; nobody changes it."""
    folder = tmp_path_factory.mktemp("models")
    put_bundle_into_service(folder)
    return folder


@pytest.fixture(scope="session")
def open_once():
    """Opening a bundle starts a process to check it; one check per shelf and id is enough here."""
    once = cache(opening.open_bundle)
    patch = pytest.MonkeyPatch()
    patch.setattr(opening, "open_bundle", once)
    patch.setattr(in_service, "open_bundle", once)
    yield
    patch.undo()


@pytest.fixture
def make_app(database_url, models, open_once) -> Callable[..., FastAPI]:
    """Make an application over the test's database; settings can be overridden."""

    def make(**changes) -> FastAPI:
        quick = {"bundle_poll_seconds": 0.05, "job_poll_seconds": 0.05}
        values = {"database_url": database_url, "models": models, **quick, **changes}
        return create_app(Settings(**values))

    return make


@pytest.fixture
def app(make_app) -> FastAPI:
    return make_app()


@pytest.fixture
def new_key(database) -> Callable[..., str]:
    """Make a key with some scopes (all, unless told) and return its token."""

    def make(*scopes: str) -> str:
        with writer_factory(database).begin() as session:
            return create_key(
                session, "test", scopes=scopes or ALL_SCOPES, now=datetime.now(UTC)
            ).token

    return make


@pytest.fixture
def client(app, new_key) -> Iterator[TestClient]:
    """A client with a key that may do everything."""
    with TestClient(app, headers={"Authorization": f"Bearer {new_key()}"}) as client:
        yield client


@pytest.fixture
def with_history(client) -> str:
    """Id of a customer who ordered every ten days until yesterday."""
    post_events(client, orders(CUSTOMER, n=12))
    return CUSTOMER


def event(**changes) -> dict:
    """An order of now, as the API takes it."""
    values = {
        "event_id": "e-1",
        "customer_id": CUSTOMER,
        "occurred_at": datetime.now(UTC).isoformat(),
        "type": "order_placed",
        "amount": 25.0,
        "currency": "EUR",
    }
    return values | changes


def orders(customer_id: str, *, n: int, gap_days: int = 10) -> list[dict]:
    """The last `n` orders of a customer, one every `gap_days`, the newest yesterday."""
    last = datetime.now(UTC) - timedelta(days=1)
    return [
        event(
            event_id=f"{customer_id}/{i}",
            customer_id=customer_id,
            occurred_at=(last - timedelta(days=gap_days * i)).isoformat(),
        )
        for i in range(n)
    ]


def post_events(client: TestClient, events: list[dict]) -> dict:
    """Send events, all of which must be accepted, and return the answer."""
    response = client.post("/v1/activity", json={"events": events})
    assert response.status_code == 200, response.text
    assert response.json()["rejected"] == 0, response.text
    return response.json()


@pytest.fixture
def rescore(client) -> Callable[..., dict]:
    """Rescore everybody, wait for the end and return the job; options go into the query."""

    def run(**options: str) -> dict:
        started = client.post("/v1/jobs/rescore", params=options)
        assert started.status_code == 202, started.text
        return wait_for_end(client, started.headers["location"])

    return run


@pytest.fixture
def wait_until() -> Callable[[Callable[[], bool]], None]:
    """Wait until something is so."""

    def run(is_so: Callable[[], bool], *, within_seconds: float = 30) -> None:
        until = time.monotonic() + within_seconds
        while not is_so():
            assert time.monotonic() < until, f"not so within {within_seconds} seconds"
            time.sleep(0.02)

    return run


def wait_for_end(client: TestClient, location: str, *, within_seconds: float = 30) -> dict:
    """Return the job at `location` once it has ended."""
    until = time.monotonic() + within_seconds
    while time.monotonic() < until:
        job = client.get(location).json()
        if job["state"] not in {"queued", "in_progress"}:
            return job
        time.sleep(0.02)
    raise AssertionError(f"{location} did not end within {within_seconds} seconds: {job}")
