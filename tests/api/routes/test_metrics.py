"""What the service measures of itself reads as Prometheus expects it, and names no customer."""

from itertools import count

import pytest

from app.api.service import Service
from tests.api.activity import CUSTOMER, event
from tests.api.prometheus import samples_of


@pytest.fixture
def scrape(client):
    """Ask for the metrics, check their form, and return the samples by name and labels."""

    def run() -> dict[str, float]:
        response = client.get("/metrics")
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        return samples_of(response.text)

    return run


def test_requests_are_counted_by_route_and_status(client, with_history, scrape):
    for _ in range(3):
        client.get(f"/v1/customers/{CUSTOMER}/score")
    client.get("/v1/customers/nobody/score")
    client.get("/no/such/path")

    found = scrape()

    route = 'method="GET",route="/v1/customers/{customer_id}/score"'
    assert found[f'holdfast_request_seconds_count{{{route},status="200"}}'] == 3
    assert found[f'holdfast_request_seconds_count{{{route},status="404"}}'] == 1
    labels = 'method="GET",route="unmatched",status="404"'
    assert found[f"holdfast_request_seconds_count{{{labels}}}"] == 1
    assert found['holdfast_scored_customers_total{via="one"}'] == 3


def test_no_label_names_a_customer(client, with_history, scrape):
    client.get(f"/v1/customers/{CUSTOMER}/score")
    client.get(f"/v1/customers/{CUSTOMER}/badge")

    assert CUSTOMER not in client.get("/metrics").text


def test_events_and_bulk_scores_are_counted(client, scrape):
    client.post("/v1/activity", json={"events": [event(), event(), {"event_id": "e-2"}]})
    client.post("/v1/scores", json={"customer_ids": [CUSTOMER, "nobody"]})

    found = scrape()

    assert found['holdfast_events_total{result="accepted"}'] == 1
    assert found['holdfast_events_total{result="duplicate"}'] == 1
    assert found['holdfast_events_total{result="rejected"}'] == 1
    assert found['holdfast_scored_customers_total{via="many"}'] == 1


def test_jobs_the_bundle_and_its_check_are_reported(
    client, with_history, rescore, scrape, wait_until
):
    job = rescore()
    wait_until(lambda: 'holdfast_customers{tier="' in client.get("/metrics").text)

    found = scrape()

    assert found['holdfast_jobs{kind="rescore",state="completed"}'] == 1
    assert found['holdfast_rescored_customers_total{result="scored"}'] == 1
    assert found["holdfast_database_up"] == found["holdfast_bundle_up"] == 1
    assert any(job["bundle_id"] in key for key in found if "bundle_info" in key)
    assert found["holdfast_check_timestamp_seconds"] > 0


def test_head_counts_for_the_route_that_get_has(client, scrape):
    client.head(f"/v1/customers/{CUSTOMER}/badge")

    labels = 'method="HEAD",route="/v1/customers/{customer_id}/badge",status="200"'
    assert scrape()[f"holdfast_request_seconds_count{{{labels}}}"] == 1


def test_quick_routes_that_fail_are_counted_and_answered_all_the_same(
    client, with_history, scrape, monkeypatch
):
    before = scrape()

    numbers, fetch = count(), Service.fetch

    async def fail_first(service, query):
        if next(numbers) % 2 == 0:  # of each request: the quick route fetches before the framework
            raise RuntimeError(f"{CUSTOMER} cannot be scored")
        return await fetch(service, query)

    with monkeypatch.context() as patch:
        patch.setattr(Service, "fetch", fail_first)
        answers = [client.get(f"/v1/customers/{CUSTOMER}/{name}") for name in ("score", "badge")]

    assert [answer.status_code for answer in answers] == [200, 200]
    name = "holdfast_quick_route_fallbacks_total"
    assert not any(key.startswith(name) for key in before)
    assert {key: n for key, n in scrape().items() if key.startswith(name)} == {
        f'{name}{{route="/v1/customers/{{customer_id}}/{route}",reason="RuntimeError"}}': 1
        for route in ("score", "badge")
    }
