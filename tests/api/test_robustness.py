"""What no client should send, and what happens then: a 4xx with a reason, never a 500."""

import asyncio
import gzip
import json

import pytest

from app.api.gate.body_limits import Guard
from tests.api.conftest import CUSTOMER, event, post_events

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


def test_a_body_that_is_too_large_is_refused_whether_it_says_its_length_or_not(client, subtests):
    large = b" " * (5 << 20)
    chunks = (large[i : i + 65_536] for i in range(0, len(large), 65_536))
    for name, content in (("declared", large), ("chunked", chunks)):
        with subtests.test(name):
            response = client.post("/v1/activity", content=content, headers=JSON)
            assert response.status_code == 413
            assert response.json()["type"] == "urn:holdfast:problem:body-too-large"


def test_what_was_accepted_before_a_refusal_stays(client):
    post_events(client, [event()])
    client.post("/v1/activity", content=b"{", headers=JSON)

    assert client.get(f"/v1/customers/{CUSTOMER}").json()["purchases_count"] == 1


class Connection:
    """An ASGI connection that sends what it is told and remembers what it is sent."""

    def __init__(self, *messages: dict, then_silence: bool = False) -> None:
        self.messages = list(messages)
        self.then_silence = then_silence
        self.sent: list[dict] = []

    async def receive(self) -> dict:
        if not self.messages and self.then_silence:
            await asyncio.Event().wait()
        return self.messages.pop(0)

    async def send(self, message: dict) -> None:
        self.sent.append(message)

    def ask(self, app) -> list[dict]:
        scope = {"type": "http", "method": "POST", "headers": [(b"transfer-encoding", b"chunked")]}
        guard = Guard(app, max_body_bytes=100, receive_seconds=0.01)
        asyncio.run(guard(scope, self.receive, self.send))
        return self.sent


async def never_asked(*_):
    raise AssertionError("the application must not see an incomplete request")


def part(body: bytes, *, more: bool = True) -> dict:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_sender_who_is_too_slow_is_told_so_and_cut_off():
    sent = Connection(part(b"{"), then_silence=True).ask(never_asked)

    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]


def test_a_client_who_goes_away_while_sending_leaves_no_trace():
    assert Connection(part(b"{"), {"type": "http.disconnect"}).ask(never_asked) == []


def test_the_application_sees_a_body_in_one_piece():
    seen = []

    async def app(scope, receive, send):
        seen.append(await receive())

    Connection(part(b'{"a":'), part(b"1}", more=False)).ask(app)

    assert seen == [part(b'{"a":1}', more=False)]


@pytest.mark.parametrize("started", [False, True])
def test_an_error_is_answered_only_where_no_answer_has_begun(started):
    async def app(scope, receive, send):
        if started:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("broken")

    sent = Connection(part(b"", more=False)).ask(app)

    assert sent[0]["status"] == (200 if started else 500)
    assert len(sent) == (1 if started else 2)
