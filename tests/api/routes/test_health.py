import time
from shutil import copytree

import pytest
from fastapi.testclient import TestClient

from app.bundle.folder.durable import replace_durably
from app.bundle.promoted import SERVING_FILE
from app.main import create_app
from app.settings import Settings
from tests.api.activity import CUSTOMER, event, post_events
from tests.bundles import put_bundle_into_service


@pytest.fixture
def shelf(tmp_path):
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


@pytest.fixture
def client_of(make_app, new_key):
    """Open a client of an application with other settings."""
    opened = []

    def make(**changes) -> TestClient:
        headers = {"Authorization": f"Bearer {new_key()}"}
        client = TestClient(make_app(**changes), headers=headers)
        client.__enter__()
        opened.append(client)
        return client

    yield make
    for client in opened:
        client.__exit__(None, None, None)


def until(condition, *, within_seconds: float = 30) -> None:
    limit = time.monotonic() + within_seconds
    while not condition():
        assert time.monotonic() < limit, "it did not come true in time"
        time.sleep(0.02)


def test_without_a_bundle_everything_but_scoring_works_and_errors_say_how_to_get_one(
    client_of, shelf
):
    client = client_of(models=shelf)
    post_events(client, [event()])

    assert client.get(f"/v1/customers/{CUSTOMER}").status_code == 200
    assert client.get("/healthz").status_code == 200
    for path in ("/readyz", f"/v1/customers/{CUSTOMER}/score", "/v1/model", "/v1/model/card"):
        response = client.get(path)
        assert response.status_code == 503
        assert response.headers["retry-after"] == "30"
        assert "holdfast train … --promote" in response.json()["detail"]
    assert client.post("/v1/scores", json={"customer_ids": ["x"]}).status_code == 503
    assert client.post("/v1/jobs/rescore").status_code == 503


def test_a_bundle_that_is_promoted_while_the_service_runs_goes_into_service(client_of, shelf):
    client = client_of(models=shelf)
    assert client.get("/readyz").status_code == 503

    first = put_bundle_into_service(shelf)
    until(lambda: client.get("/readyz").status_code == 200)
    assert client.get("/v1/model").json()["id"] == first
    assert client.get("/v1/model/card").text.startswith("# Churn risk")

    second = put_bundle_into_service(shelf, seed=1)
    until(lambda: client.get("/v1/model").json()["id"] == second)


def test_a_damaged_bundle_is_refused_and_the_old_one_stays_in_service(client_of, shelf, tmp_path):
    good = put_bundle_into_service(shelf)
    client = client_of(models=shelf)
    post_events(client, [event()])
    elsewhere = tmp_path / "elsewhere"  # no service may open it before it is damaged
    bad = put_bundle_into_service(elsewhere, seed=2)
    booster = elsewhere / bad / "booster.txt"
    booster.write_bytes(booster.read_bytes().replace(b"leaf_value=", b"leaf_value=9", 1))
    copytree(elsewhere / bad, shelf / bad)
    assert client.get("/readyz").json()["bundle_id"] == good
    replace_durably(shelf / SERVING_FILE, f'{{"bundle_id": "{bad}"}}'.encode())

    until(lambda: client.get("/readyz").json()["warnings"])
    (warning,) = client.get("/v1/model").json()["warnings"]
    assert bad in warning
    answer = client.get(f"/v1/customers/{CUSTOMER}/score")
    assert answer.status_code == 200
    assert answer.json()["bundle"]["id"] == good


def test_without_tables_the_answer_says_that_migrations_are_missing(models, open_once, tmp_path):
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    with TestClient(create_app(Settings(database_url=url, models=models))) as client:
        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.json()["type"] == "urn:holdfast:problem:database-not-ready"
        assert "holdfast migrate" in response.json()["detail"]
        headers = {"Authorization": f"Bearer hf_0_{'x' * 43}"}
        asked = client.get("/v1/customers", headers=headers)
        assert asked.status_code == 503
        assert asked.json()["detail"] == response.json()["detail"]
        assert client.get("/healthz").status_code == 200
