"""HEAD is GET without a body, on every way into a route."""

import pytest

from tests.api.activity import CUSTOMER


@pytest.mark.parametrize(
    "path",
    [
        "/readyz",
        f"/v1/customers/{CUSTOMER}",
        f"/v1/customers/{CUSTOMER}/score",
        f"/v1/customers/{CUSTOMER}/score?as_of=2026-01-01",
        f"/v1/customers/{CUSTOMER}/badge",
        f"/v1/customers/{CUSTOMER}/badge.svg",
        "/v1/customers/nobody/score",
    ],
)
def test_head_has_the_status_and_headers_of_get_and_no_body(client, with_history, path):
    expected, found = client.get(path), client.head(path)

    assert found.status_code == expected.status_code
    assert found.headers["content-type"] == expected.headers["content-type"]
    assert "content-length" in found.headers
    assert found.content == b""


def test_head_of_a_route_without_get_names_the_methods_it_has(client):
    found = client.head("/v1/activity")

    assert (found.status_code, found.headers["allow"]) == (405, "POST")


def test_head_needs_a_key_as_get_does(client):
    assert client.head("/v1/customers", headers={"Authorization": ""}).status_code == 401
