import shutil

import pytest
from fastapi.testclient import TestClient

from app.domain.errors import BundleRefused
from app.use_cases.bundles.shelf import card_of
from tests.bundles import put_bundle_into_service

PAGE = b"<!DOCTYPE html><title>Card</title>"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """A shelf with two bundles, of which the second serves and has a page; nobody changes it."""
    folder = tmp_path_factory.mktemp("shelf")
    return (
        folder,
        put_bundle_into_service(folder, seed=1),
        put_bundle_into_service(folder, files={"card.html": PAGE}),
    )


@pytest.fixture
def reader(make_app, new_key, shelf):
    headers = {"Authorization": f"Bearer {new_key('model:read')}"}
    with TestClient(make_app(models=shelf[0]), headers=headers) as client:
        yield client


def test_a_browser_gets_the_page_and_a_program_gets_markdown(reader, shelf):
    for path in ("/v1/model/card", f"/v1/models/{shelf[2]}/card"):
        page = reader.get(path, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
        text = reader.get(path)

        assert (page.status_code, page.content) == (200, PAGE)
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert text.headers["content-type"] == "text/markdown; charset=utf-8"
        assert page.headers["vary"] == text.headers["vary"] == "Accept"


def test_the_page_may_load_and_run_nothing(reader):
    policy = reader.get("/v1/model/card", headers={"Accept": "text/html"}).headers[
        "content-security-policy"
    ]

    assert policy.startswith("default-src 'none'")
    assert "sandbox" in policy
    assert "script" not in policy


def test_a_bundle_that_does_not_serve_has_a_card_too_and_without_a_page_it_is_markdown(
    reader, shelf
):
    card = reader.get(f"/v1/models/{shelf[1]}/card", headers={"Accept": "text/html"})

    assert card.text.startswith("# Churn risk")
    assert card.headers["content-type"] == "text/markdown; charset=utf-8"


def test_an_unknown_bundle_is_not_found(reader):
    answer = reader.get(f"/v1/models/{'0' * 16}/card")

    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:holdfast:problem:bundle-not-found"


def test_a_malformed_bundle_id_never_reaches_the_file_system(reader):
    for name in ("..%2f..%2fetc", "CURRENT", "0" * 15):
        assert reader.get(f"/v1/models/{name}/card").status_code in {404, 422}


def test_a_changed_card_is_refused(shelf, tmp_path):
    models = shutil.copytree(shelf[0], tmp_path / "models")
    (models / shelf[2] / "card.html").write_bytes(b"<script>alert(1)</script>")

    with pytest.raises(BundleRefused, match=r"card\.html differs"):
        card_of(models, shelf[2])


def test_the_card_needs_the_scope_of_the_bundle(make_app, new_key, shelf):
    headers = {"Authorization": f"Bearer {new_key('scores:read')}"}
    with TestClient(make_app(models=shelf[0]), headers=headers) as client:
        assert client.get(f"/v1/models/{shelf[2]}/card").status_code == 403


def test_the_card_and_the_facts_of_the_bundle_are_served(client):
    bundle = client.get("/v1/model").json()

    assert bundle["churn_definition"]["sentence"] == "no order_placed"
    assert bundle["metrics"] == {"auc": 0.8}
    assert bundle["warnings"] == []
    card = client.get("/v1/model/card")
    assert card.headers["content-type"] == "text/markdown; charset=utf-8"
    assert card.text == bundle["card"]
