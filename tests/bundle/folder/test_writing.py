from concurrent.futures import ThreadPoolExecutor

import pytest

from app.bundle.shelf import list_bundles, promote, promoted_id
from tests.bundle.conftest import FEATURES, KEY


def contents_of(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_content_gives_the_same_id_and_the_same_bytes(write, tmp_path):
    first = write(signing_key=KEY)
    before = contents_of(first)
    first.rename(tmp_path / "moved")

    again = write(signing_key=KEY)

    assert again.name == first.name
    assert contents_of(again) == before


def test_a_bundle_that_is_already_on_the_shelf_is_not_written_again(write):
    folder = write()
    modified = (folder / "booster.txt").stat().st_mtime_ns

    assert write() == folder
    assert (folder / "booster.txt").stat().st_mtime_ns == modified


def test_other_content_gives_another_id(write):
    assert len({write().name, write(seed=8).name, write(signing_key=KEY).name}) == 3


def test_an_unfinished_folder_of_a_killed_writer_is_not_a_bundle_and_is_removed(write, tmp_path):
    left = tmp_path / "models" / ".incoming-x"
    left.mkdir(parents=True)
    (left / "booster.txt").write_text("half a fi")
    assert list_bundles(tmp_path / "models") == []

    write()

    assert not left.exists()


def test_a_bundle_whose_manifest_cannot_be_written_is_not_written_at_all(write, tmp_path):
    with pytest.raises(ValueError, match="JSON compliant"):
        write(metrics={"auc": float("nan")})

    assert not (tmp_path / "models").exists()


def test_concurrent_promotions_leave_one_of_the_bundles_in_service(write):
    folders = [write(seed=seed) for seed in (1, 2)]

    def put(folder):
        promote(folder.parent, folder.name, expected=FEATURES)
        return promoted_id(folder.parent)

    with ThreadPoolExecutor(2) as threads:
        seen = set(threads.map(put, folders))

    names = {folder.name for folder in folders}
    assert seen <= names
    assert promoted_id(folders[0].parent) in names
    assert not list(folders[0].parent.glob(".incoming-*"))
