"""Bodies that no client should send are refused with a reason, and never with a 500."""

import gzip
import json

from tests.api.activity import CUSTOMER, event, post_events

JSON = {"Content-Type": "application/json"}
DEEP = b'{"events": ' + b"[" * 900 + b"]" * 900 + b"}"
EVENT = json.dumps(event()).encode()
BODIES = [
    (b"", 422),
    (b"{", 400),
    (b"null", 422),
    (b"[]", 422),
    (b"{}", 422),
    (b'{"events": []}', 422),
    (b'{"events": {}}', 422),
    (b'{"events": [1e999]}', 400),
    (b'{"events": [NaN]}', 400),
    (b'{"events": ["\\ud800"]}', 400),
    (b'{"events": ["\xff"]}', 400),
    (b'\xef\xbb\xbf{"events": []}', 400),
    (b"[" * 100_000 + b"]" * 100_000, 400),
    (b'{"events": [' + EVENT + b'], "more": 1}', 422),
]


def test_a_body_that_does_not_fit_is_refused_with_a_reason(client, subtests):
    for body, status in BODIES:
        with subtests.test(repr(body[:40])):
            response = client.post("/v1/activity", content=body, headers=JSON)
            assert response.status_code == status
            assert response.headers["content-type"] == "application/problem+json"
            assert response.json()["detail"]


def test_nesting_of_900_levels_is_one_rejected_event(client):
    answer = client.post("/v1/activity", content=DEEP, headers=JSON).json()

    assert answer["rejected"] == 1


def test_only_json_is_understood(client, subtests):
    body = b'{"events": [' + EVENT + b"]}"
    for headers in (
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": ""},
        {**JSON, "Content-Encoding": "gzip"},
    ):
        with subtests.test(str(headers)):
            content = gzip.compress(body) if "Content-Encoding" in headers else body
            response = client.post("/v1/activity", content=content, headers=headers)
            assert response.status_code == 415
            assert response.json()["type"] == "urn:holdfast:problem:unsupported-media-type"


def test_json_with_a_charset_is_json(client):
    headers = {"Content-Type": "application/json; charset=utf-8"}
    body = b'{"events": [' + EVENT + b"]}"

    assert client.post("/v1/activity", content=body, headers=headers).status_code == 200


def test_what_was_accepted_before_a_refusal_stays(client):
    post_events(client, [event()])
    client.post("/v1/activity", content=b"{", headers=JSON)

    assert client.get(f"/v1/customers/{CUSTOMER}").json()["purchases_count"] == 1
