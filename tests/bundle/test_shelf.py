import pytest

from app.bundle.opening import open_promoted
from app.bundle.shelf import list_bundles, promote, promoted_id
from app.domain.errors import BundleRefused, NoBundleInService
from tests.bundle.conftest import FEATURES


def test_a_promoted_bundle_is_the_one_that_opens(write):
    folder = write()

    promote(folder.parent, folder.name, expected=FEATURES)

    assert promoted_id(folder.parent) == folder.name
    assert open_promoted(folder.parent, expected=FEATURES).id == folder.name


def test_an_empty_shelf_says_how_to_fill_it(tmp_path):
    with pytest.raises(NoBundleInService, match="holdfast train"):
        open_promoted(tmp_path, expected=FEATURES)


def test_a_failed_promote_leaves_the_bundle_in_service(write):
    good = write()
    promote(good.parent, good.name, expected=FEATURES)
    bad = write(seed=8)
    (bad / "card.md").write_bytes(b"# Another card\n")

    with pytest.raises(BundleRefused, match=r"card\.md"):
        promote(bad.parent, bad.name, expected=FEATURES)

    assert promoted_id(good.parent) == good.name


def test_the_listing_marks_the_promoted_bundle_and_says_what_is_wrong_with_others(write):
    good = write()
    promote(good.parent, good.name, expected=FEATURES)
    bad = write(seed=8)
    (bad / "manifest.json").write_bytes(b"{}")

    listings = {listing.bundle_id: listing for listing in list_bundles(good.parent)}

    assert listings[good.name].promoted
    assert listings[good.name].problem is None
    assert "format_version" in listings[bad.name].problem


def test_an_unknown_id_is_refused(tmp_path):
    with pytest.raises(BundleRefused, match="models list"):
        promote(tmp_path, "0" * 16, expected=FEATURES)
