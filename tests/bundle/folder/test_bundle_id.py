import pytest

from app.bundle.shelf import promote
from app.domain.errors import BundleRefused
from tests.bundle.conftest import FEATURES


@pytest.mark.parametrize(
    "bundle_id", ["", "..", "../x", "ABCDEF0123456789", "0" * 17, "serving.json", "0\0"]
)
def test_a_malformed_id_never_becomes_a_path(tmp_path, bundle_id):
    with pytest.raises(BundleRefused, match="is not a bundle id"):
        promote(tmp_path, bundle_id, expected=FEATURES)
