import pytest
from fastapi.testclient import TestClient

from app.use_cases.keys.issue import revoke_key

HEADERS = (None, "", "Basic a", "Bearer", "Bearer ", "Bearer wrong", "Bearer hf_x_y", "Bearer hf_é")


@pytest.fixture
def anonymous(app):
    with TestClient(app) as client:
        yield client


def test_without_a_valid_key_nothing_is_revealed(anonymous, subtests):
    for header in HEADERS:
        with subtests.test(str(header)):
            headers = {} if header is None else {"Authorization": header.encode()}
            response = anonymous.get("/v1/customers/c-1/score", headers=headers)
            assert response.status_code == 401
            assert response.headers["www-authenticate"].startswith("Bearer")
            assert response.json()["type"] == "urn:holdfast:problem:not-authenticated"


def test_a_key_without_the_scope_is_refused_and_the_scope_named(anonymous, new_key):
    headers = {"Authorization": f"Bearer {new_key('customers:read')}"}
    response = anonymous.get("/v1/customers/c-1/score", headers=headers)

    assert response.status_code == 403
    assert "scores:read" in response.json()["detail"]


def test_health_needs_no_key(anonymous):
    for path in ("/healthz", "/readyz", "/v2/health/live", "/v2/health/ready"):
        assert anonymous.get(path).status_code == 200


def test_a_revoked_key_is_refused_by_a_service_that_has_not_cached_it(anonymous, new_key, app):
    token = new_key()
    service = app.state.service
    with service.writing() as session:
        assert revoke_key(session, token.split("_")[1], now=service.now())

    response = anonymous.get("/v1/customers", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 401
