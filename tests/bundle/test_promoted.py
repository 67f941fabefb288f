import pytest

from app.bundle.promoted import promoted_id
from app.domain.errors import BundleRefused


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"bundle_id": "../../etc"}', '{"bundle_id": 1}']
)
def test_a_damaged_serving_file_is_named(tmp_path, content):
    (tmp_path / "serving.json").write_text(content)

    with pytest.raises(BundleRefused):
        promoted_id(tmp_path)
