"""What the service measures of itself reads as Prometheus expects it, and names no customer."""

import re

import pytest

from app.api.gate.metrics import BOUNDS, Metrics
from tests.api.activity import CUSTOMER, event

SAMPLE = re.compile(
    r'(?P<name>[a-z_]+)(\{(?P<labels>[a-z_]+="[^"\\\n]*"(,[a-z_]+="[^"\\\n]*")*)\})? '
    r"(?P<value>[0-9.e+-]+)"
)


@pytest.fixture
def scrape(client):
    """Ask for the metrics, check their form, and return the samples by name and labels."""

    def run() -> dict[str, float]:
        response = client.get("/metrics")
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        return samples_of(response.text)

    return run


def samples_of(text):
    found, families = {}, []
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            families.append(line.split()[2])
        elif not line.startswith("# HELP "):
            match = SAMPLE.fullmatch(line)
            assert match, line
            assert match["name"].startswith(families[-1]), line
            key = line.rpartition(" ")[0]
            assert key not in found, line
            found[key] = float(match["value"])
    assert len(families) == len(set(families))
    return found


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


def test_jobs_the_bundle_and_its_check_are_told(client, with_history, rescore, scrape, wait_until):
    job = rescore()
    wait_until(lambda: 'holdfast_customers{tier="' in client.get("/metrics").text)

    found = scrape()

    assert found['holdfast_jobs{kind="rescore",state="completed"}'] == 1
    assert found['holdfast_rescored_customers_total{result="scored"}'] == 1
    assert found["holdfast_database_up"] == found["holdfast_bundle_up"] == 1
    assert any(job["bundle_id"] in key for key in found if "bundle_info" in key)
    assert found["holdfast_check_timestamp_seconds"] > 0


def test_buckets_are_cumulative_and_end_with_everything():
    metrics = Metrics()
    for seconds in (0.0001, 0.0004, 99.0):
        metrics.answered({"method": "GET"}, 200, seconds)

    found = samples_of("\n".join([*metrics.requests(), ""]))

    name, labels = "holdfast_request_seconds", 'method="GET",route="unmatched",status="200"'
    counts = [found[f'{name}_bucket{{{labels},le="{bound}"}}'] for bound in (*BOUNDS, "+Inf")]
    assert counts[:2] == [1, 2]
    assert counts == sorted(counts)
    assert counts[-1] == found[f"{name}_count{{{labels}}}"] == 3
    assert found[f"{name}_sum{{{labels}}}"] == pytest.approx(99.0005)


def test_methods_that_nobody_knows_share_one_label():
    metrics = Metrics()
    for i in range(50):
        metrics.answered({"method": f"MADE_UP_{i}"}, 405, 0.001)

    text = "\n".join(metrics.requests())

    assert text.count("_count{") == 1
    assert 'method="other"' in text


def test_head_counts_for_the_route_that_get_has(client, scrape):
    client.head(f"/v1/customers/{CUSTOMER}/badge")

    labels = 'method="HEAD",route="/v1/customers/{customer_id}/badge",status="200"'
    assert scrape()[f"holdfast_request_seconds_count{{{labels}}}"] == 1
