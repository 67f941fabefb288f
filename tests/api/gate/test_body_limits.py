from app.api.gate.body_limits import BodyLimits
from tests.api.asgi import Connection, part

JSON = {"Content-Type": "application/json"}


def limited(app) -> BodyLimits:
    return BodyLimits(app, max_body_bytes=100, receive_seconds=0.01)


async def never_reached(*_):
    raise AssertionError("the application must not see an incomplete request")


def test_a_body_that_is_too_large_is_refused_with_and_without_a_declared_length(client, subtests):
    large = b" " * (5 << 20)
    chunks = (large[i : i + 65_536] for i in range(0, len(large), 65_536))
    for name, content in (("declared", large), ("chunked", chunks)):
        with subtests.test(name):
            response = client.post("/v1/activity", content=content, headers=JSON)
            assert response.status_code == 413
            assert response.json()["type"] == "urn:holdfast:problem:body-too-large"


def test_a_sender_who_is_too_slow_gets_408_and_is_disconnected():
    sent = Connection(part(b"{"), then_silence=True).post_to(limited(never_reached))

    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]


def test_a_client_who_goes_away_while_sending_leaves_no_trace():
    assert Connection(part(b"{"), {"type": "http.disconnect"}).post_to(limited(never_reached)) == []


def test_the_application_sees_a_body_in_one_piece():
    seen = []

    async def app(scope, receive, send):
        seen.append(await receive())

    Connection(part(b'{"a":'), part(b"1}", more=False)).post_to(limited(app))

    assert seen == [part(b'{"a":1}', more=False)]
