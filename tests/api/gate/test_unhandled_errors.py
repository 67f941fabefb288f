import logging

import pytest
from fastapi.testclient import TestClient

from app.api.gate.unhandled_errors import UnhandledErrors
from tests.api.asgi import Connection, part


@pytest.mark.parametrize("started", [False, True])
def test_an_error_is_answered_only_where_no_answer_has_begun(started):
    async def app(scope, receive, send):
        if started:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("broken")

    sent = Connection(part(b"", more=False)).post_to(UnhandledErrors(app))

    assert sent[0]["status"] == (200 if started else 500)
    assert len(sent) == (1 if started else 2)


def test_an_error_of_ours_reveals_an_id_and_nothing_else(app, new_key, caplog, monkeypatch):
    def broken(*_):
        raise RuntimeError("the secret of c-1042")

    caplog.set_level(logging.ERROR, logger="holdfast.api")
    with TestClient(app, headers={"Authorization": f"Bearer {new_key()}"}) as client:
        monkeypatch.setattr(type(app.state.service.bundles), "current", broken)
        response = client.get("/v1/customers/c-1042/score")

    assert response.status_code == 500
    assert "secret" not in response.text
    assert response.json()["type"] == "urn:holdfast:problem:internal-error"
    logged = [r.instance for r in caplog.records if r.name == "holdfast.api"]
    assert logged == [response.json()["instance"]]
