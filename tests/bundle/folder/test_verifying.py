import pytest

from app.bundle.folder.verifying import verify_in_child_process
from app.domain.errors import BundleRefused


def test_a_booster_that_does_not_load_in_time_is_refused(write):
    with pytest.raises(BundleRefused, match="did not load within"):
        verify_in_child_process(write(), timeout_seconds=0.01)


def test_the_child_compares_the_hash_before_lightgbm_sees_a_byte(write):
    folder = write()
    (folder / "booster.txt").write_text("tree\nnum_leaves=-1")

    with pytest.raises(BundleRefused, match=r"booster\.txt differs"):
        verify_in_child_process(folder)
