import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.api.schemas.jobs import JobOut
from app.domain.jobs import JobKind, JobState, Keeps
from tests.api.activity import event, orders, post_events
from tests.api.jobs import wait_for_end


def test_a_rescoring_is_accepted_and_can_be_followed_to_its_results(client, rescore):
    for i in range(3):
        post_events(client, orders(f"c-{i}", n=2))

    job = rescore()
    results = client.get(f"/v1/jobs/{job['job_id']}/results").json()

    assert (job["state"], job["done"], job["total"], job["progress"]) == ("completed", 3, 3, 1.0)
    assert [item["customer_id"] for item in results["items"]] == ["c-0", "c-1", "c-2"]
    assert client.get(f"/v1/jobs/{job['job_id']}/failures").json()["items"] == []


def test_results_go_page_by_page(client, rescore):
    post_events(client, [event(event_id=f"e{i}", customer_id=f"c-{i}") for i in range(3)])
    path = f"/v1/jobs/{rescore()['job_id']}/results"

    first = client.get(path, params={"limit": 2}).json()
    rest = client.get(path, params={"limit": 2, "cursor": first["next_cursor"]}).json()

    assert [c["customer_id"] for c in first["items"] + rest["items"]] == ["c-0", "c-1", "c-2"]
    assert rest["next_cursor"] is None


def test_the_same_idempotency_key_gives_the_same_job(client):
    jobs = [
        client.post("/v1/jobs/rescore", headers={"Idempotency-Key": key}).json()["job_id"]
        for key in ("monday", "monday", "tuesday")
    ]

    assert jobs[0] == jobs[1] != jobs[2]


def test_a_rescoring_stores_only_numbers_on_request(client, rescore):
    post_events(client, orders("c-0", n=2))

    whole, numbers = rescore(), rescore(keeps="numbers")

    one, two = (
        client.get(f"/v1/jobs/{job['job_id']}/results").json()["items"][0]
        for job in (whole, numbers)
    )
    assert (whole["keeps"], numbers["keeps"]) == ("answers", "numbers")
    assert (one["score"], one["tier"]) == (two["score"], two["tier"])
    assert client.get("/v1/customers/c-0/badge").json()["message"] == (
        f"{two['tier']} {two['score']}"
    )


def test_an_unknown_value_of_keeps_is_refused(client):
    assert client.post("/v1/jobs/rescore", params={"keeps": "nothing"}).status_code == 422


@pytest.fixture
def without_worker(make_app, new_key):
    """A client of an application that runs no jobs itself."""
    headers = {"Authorization": f"Bearer {new_key()}"}
    with TestClient(make_app(job_worker=False), headers=headers) as client:
        yield client


def test_a_job_can_be_cancelled_once(without_worker):
    started = without_worker.post("/v1/jobs/rescore")
    path = started.headers["location"]

    assert started.json()["state"] == "queued"
    assert without_worker.post(f"{path}/cancel").json()["state"] == "cancelled"
    again = without_worker.post(f"{path}/cancel")
    assert again.status_code == 409
    assert again.json()["type"] == "urn:holdfast:problem:job-conflict"


def test_a_job_that_always_breaks_off_fails_and_says_where_to_look(make_app, new_key, database):
    app = make_app(job_lease_seconds=0.05)
    with TestClient(app, headers={"Authorization": f"Bearer {new_key()}"}) as client:
        post_events(client, orders("c-0", n=2))
        whole = client.post("/v1/jobs/rescore").headers["location"]
        assert wait_for_end(client, whole)["attempts"] == 0
        with database.begin() as connection:
            connection.execute(text("UPDATE assessments SET standing = '{}'"))

        ended = wait_for_end(client, client.post("/v1/jobs/rescore").headers["location"])

    assert (ended["state"], ended["attempts"]) == ("failed", 3)
    assert "KeyError" in ended["error"]
    assert "log of the service" in ended["error"]


def test_the_contract_names_the_kinds_states_and_results_of_the_domain():
    fields = JobOut.model_json_schema()["properties"]

    assert fields["kind"]["enum"] == list(JobKind)
    assert fields["state"]["enum"] == list(JobState)
    assert fields["keeps"]["anyOf"][0]["enum"] == list(Keeps)
