from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from tests.api.activity import event, post_events


def test_a_database_that_is_busy_for_too_long_gets_a_503_and_nothing_is_lost(
    app, new_key, models, monkeypatch
):
    def busy(*_, **__):
        raise OperationalError("INSERT", None, Exception("database is locked"))

    headers = {"Authorization": f"Bearer {new_key()}"}
    with TestClient(app, headers=headers) as client:
        with monkeypatch.context() as patch:
            patch.setattr("app.use_cases.activity.record.log.record", busy)
            response = client.post("/v1/activity", json={"events": [event()]})
        assert response.status_code == 503
        assert response.headers["retry-after"] == "5"
        assert "locked" not in response.text
        assert post_events(client, [event()])["accepted"] == 1
