REFUSALS = [
    ("GET", "/nothing/here", 404, "no-such-resource"),
    ("DELETE", "/v1/customers/c-1", 405, "method-not-allowed"),
    ("GET", "/v1/jobs/none", 404, "job-not-found"),
    ("POST", "/v1/jobs/none/cancel", 404, "job-not-found"),
    ("GET", "/v1/customers?limit=201", 422, "invalid-request"),
    ("GET", "/v1/customers?tier=severe", 422, "invalid-request"),
    ("GET", "/v1/customers/%00", 422, "invalid-request"),
    ("GET", "/v1/customers/" + "x" * 10_000, 422, "invalid-request"),
]


def test_a_refusal_is_a_problem(client, subtests):
    for method, path, status, slug in REFUSALS:
        with subtests.test(f"{method} {path[:40]}"):
            response = client.request(method, path)
            assert response.status_code == status
            assert response.headers["content-type"] == "application/problem+json"
            assert response.json()["type"] == f"urn:holdfast:problem:{slug}"
            assert response.json()["status"] == status
