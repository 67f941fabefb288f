import inspect
import logging
from http import HTTPStatus

from fastapi.testclient import TestClient

from app.api.contract import problems
from app.domain import errors

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


def all_domain_errors() -> set[type[errors.HoldfastError]]:
    """Every error class of the domain, wherever it is derived."""
    found, waiting = set(), [errors.HoldfastError]
    while waiting:
        waiting.extend(waiting[0].__subclasses__())
        found.add(waiting.pop(0))
    return found - {errors.HoldfastError}


def test_every_domain_error_has_a_problem():
    named = {e for e in all_domain_errors() if e.__module__ == "app.domain.errors"}

    assert set(problems.KINDS) == named


def test_an_error_derived_elsewhere_has_the_problem_of_its_parent():
    for error in all_domain_errors():
        assert any(parent in problems.KINDS for parent in inspect.getmro(error)), error


def test_no_two_kinds_of_problem_share_a_name():
    kinds = [k for k in vars(problems).values() if isinstance(k, problems.Kind)]
    slugs = [kind.slug for kind in [*kinds, *problems.KINDS.values()]]

    assert len(slugs) == len(set(slugs))


def test_only_a_malformed_request_is_unprocessable():
    statuses = [kind.status for kind in problems.KINDS.values()]

    assert HTTPStatus.UNPROCESSABLE_ENTITY not in statuses


def test_a_refusal_is_a_problem(client, subtests):
    for method, path, status, slug in REFUSALS:
        with subtests.test(f"{method} {path[:40]}"):
            response = client.request(method, path)
            assert response.status_code == status
            assert response.headers["content-type"] == "application/problem+json"
            assert response.json()["type"] == f"urn:holdfast:problem:{slug}"
            assert response.json()["status"] == status


def test_an_error_of_ours_tells_an_id_and_nothing_else(app, new_key, caplog, monkeypatch):
    def broken(*_):
        raise RuntimeError("the secret of c-1042")

    caplog.set_level(logging.ERROR, logger="holdfast.api")
    with TestClient(app, headers={"Authorization": f"Bearer {new_key()}"}) as client:
        monkeypatch.setattr(type(app.state.service.bundles), "current", broken)
        response = client.get("/v1/customers/c-1042/score")

    assert response.status_code == 500
    assert "secret" not in response.text
    assert response.json()["type"] == "urn:holdfast:problem:internal-error"
    told = [r.instance for r in caplog.records if r.name == "holdfast.api"]
    assert told == [response.json()["instance"]]
