import pytest
from fastapi.testclient import TestClient

from app.api.keys.key_ring import CACHE_SECONDS, KeyRing
from app.use_cases.keys.manage import VerifiedKey, revoke_key

HEADERS = (None, "", "Basic a", "Bearer", "Bearer ", "Bearer wrong", "Bearer hf_x_y", "Bearer hf_é")


@pytest.fixture
def anonymous(app):
    with TestClient(app) as client:
        yield client


def test_without_a_valid_key_nothing_is_told(anonymous, subtests):
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


def test_a_revoked_key_is_of_no_use_to_a_service_that_did_not_just_see_it(anonymous, new_key, app):
    token = new_key()
    service = app.state.service
    with service.writing() as session:
        assert revoke_key(session, token.split("_")[1], now=service.now())

    response = anonymous.get("/v1/customers", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 401


def test_a_verified_key_is_remembered_for_a_few_seconds_and_no_longer():
    asked = []
    clock = [0.0]

    def verify(token):
        asked.append(token)
        return VerifiedKey("k", frozenset()) if token == "good" else None

    ring = KeyRing(verify, clock=lambda: clock[0])
    assert ring.remembered("good") is None
    ring.verified("good")
    clock[0] = CACHE_SECONDS - 0.01
    assert ring.remembered("good") is not None
    clock[0] = CACHE_SECONDS
    assert ring.remembered("good") is None


def test_a_token_that_is_not_a_key_is_asked_for_again_each_time():
    asked = []
    ring = KeyRing(asked.append)  # append returns None, as for a token that is no key

    ring.verified("bad")
    ring.verified("bad")

    assert ring.remembered("bad") is None
    assert asked == ["bad", "bad"]
