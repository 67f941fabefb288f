"""The whole application over real databases, with a real bundle in service."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.bundle import opening
from app.db.connections.connect import writer_factory
from app.domain.keys import ALL_SCOPES
from app.main import create_app
from app.settings import Settings
from app.use_cases.bundles import in_service
from app.use_cases.keys.issue import create_key
from tests.api.activity import CUSTOMER, orders, post_events
from tests.api.jobs import wait_for_end
from tests.bundles import put_bundle_into_service


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
    """Make a key with some scopes (by default all of them) and return its token."""

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
    """Wait until a condition is true."""

    def run(condition: Callable[[], bool], *, within_seconds: float = 30) -> None:
        until = time.monotonic() + within_seconds
        while not condition():
            assert time.monotonic() < until, f"not true within {within_seconds} seconds"
            time.sleep(0.02)

    return run
