"""Whatever is wrong with a bundle, it is refused with the file's name, and before it is parsed."""

import json

import pytest

from app.bundle.folder.manifest import FeatureSet
from app.bundle.opening import open_bundle
from tests.bundle.conftest import FEATURES, KEY, refusal_of


@pytest.mark.parametrize("name", ["booster.txt", "card.md", "training.joblib", "manifest.json"])
@pytest.mark.parametrize("position", [0.0, 0.3, 0.6, 0.999])
def test_a_flipped_bit_in_any_file_is_refused(write, name, position):
    folder = write(signing_key=KEY)
    content = bytearray((folder / name).read_bytes())
    content[int(position * len(content))] ^= 1
    (folder / name).write_bytes(content)

    assert name in refusal_of(folder)


def test_a_flipped_digit_of_the_signature_is_noticed_without_the_key(write):
    folder = write(signing_key=KEY)
    path = folder / "manifest.json"
    signature = json.loads(path.read_bytes())["signature"]
    other = ("0" if signature[0] != "0" else "1") + signature[1:]
    path.write_bytes(path.read_bytes().replace(signature.encode(), other.encode()))

    assert "was changed after it was written" in refusal_of(folder)


@pytest.mark.parametrize("name", ["booster.txt", "card.md", "manifest.json"])
def test_a_missing_file_is_named(write, name):
    folder = write()
    (folder / name).unlink()

    assert name in refusal_of(folder)


def test_an_extra_file_is_refused(write):
    folder = write()
    (folder / "extra.pkl").write_bytes(b"")

    assert "extra.pkl is not listed in the manifest" in refusal_of(folder)


def test_a_link_is_refused_even_if_it_leads_to_the_right_bytes(write, tmp_path):
    folder = write()
    (folder / "card.md").rename(tmp_path / "card.md")
    (folder / "card.md").symlink_to(tmp_path / "card.md")

    assert "card.md cannot be read as a regular file" in refusal_of(folder)


def test_an_extra_link_is_refused(write):
    folder = write()
    (folder / "more.md").symlink_to("/etc/hostname")

    assert "more.md is not listed" in refusal_of(folder)


def test_a_linked_folder_is_refused(write, tmp_path):
    folder = write()
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")

    assert "is not the folder of a bundle" in refusal_of(folder)


def test_a_foreign_manifest_is_refused(write):
    folder, other = write(), write(seed=99)
    (folder / "manifest.json").write_bytes((other / "manifest.json").read_bytes())

    assert f"belongs to bundle {other.name}" in refusal_of(folder)


def test_a_manifest_of_any_size_is_not_read_to_its_end(write):
    folder = write()
    with (folder / "manifest.json").open("r+b") as file:
        file.truncate(1 << 40)  # a sparse terabyte

    assert "larger than" in refusal_of(folder)


def test_features_with_another_fingerprint_are_refused(write):
    other = FeatureSet(FEATURES.names, FEATURES.units, "0" * 64)

    assert "trained on other features" in refusal_of(write(), expected=other)


def test_a_required_signature_must_be_there_and_right(write):
    unsigned, signed = write(), write(signing_key=KEY)

    assert "is not signed" in refusal_of(unsigned, key=KEY)
    assert "another key" in refusal_of(signed, key=b"not the key")
    assert open_bundle(signed, key=KEY, expected=FEATURES).id == signed.name
