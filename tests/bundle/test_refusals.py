"""Whatever is wrong with a bundle, it is refused with the file's name, and before it is parsed."""

import json

import pytest

from app.bundle.folder.manifest import FeatureSet
from app.bundle.folder.promoted import promoted_id
from app.bundle.opened import open_bundle
from app.bundle.shelf import promote
from app.domain.errors import BundleRefused
from tests.bundle.conftest import FEATURES, KEY


def refusal_of(folder, *, expected=FEATURES, key=None) -> str:
    with pytest.raises(BundleRefused) as refused:
        open_bundle(folder, expected=expected, key=key)
    return str(refused.value)


@pytest.fixture
def rewritten(write):
    """Write a bundle, change its manifest's JSON by a function, and return its folder."""

    def rewritten(change):
        folder = write()
        path = folder / "manifest.json"
        content = json.loads(path.read_bytes())
        change(content)
        path.write_text(json.dumps(content, sort_keys=True, indent=1) + "\n")
        return folder

    return rewritten


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

    assert "extra.pkl is not named by the manifest" in refusal_of(folder)


def test_a_link_is_refused_even_if_it_leads_to_the_right_bytes(write, tmp_path):
    folder = write()
    (folder / "card.md").rename(tmp_path / "card.md")
    (folder / "card.md").symlink_to(tmp_path / "card.md")

    assert "card.md cannot be read as a plain file" in refusal_of(folder)


def test_an_extra_link_is_refused(write):
    folder = write()
    (folder / "more.md").symlink_to("/etc/hostname")

    assert "more.md is not named" in refusal_of(folder)


def test_a_linked_folder_is_refused(write, tmp_path):
    folder = write()
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")

    assert "is no folder of a bundle" in refusal_of(folder)


@pytest.mark.parametrize(
    "name", ["../card.md", "/etc/passwd", "a/b.md", "..", ".lock", "manifest.json"]
)
def test_a_name_that_leads_out_of_the_folder_is_refused(rewritten, name):
    folder = rewritten(lambda content: content["files"].update({name: content["files"]["card.md"]}))

    assert "no plain file name" in refusal_of(folder)


def test_a_foreign_manifest_is_refused(write):
    folder, other = write(), write(seed=99)
    (folder / "manifest.json").write_bytes((other / "manifest.json").read_bytes())

    assert f"belongs to bundle {other.name}" in refusal_of(folder)


def test_another_format_version_says_to_train_again(rewritten):
    folder = rewritten(lambda content: content.update(format_version=2))

    assert "format version 2" in refusal_of(folder)


def test_a_manifest_of_any_size_is_not_read_to_its_end(write):
    folder = write()
    with (folder / "manifest.json").open("r+b") as file:
        file.truncate(1 << 40)  # a sparse terabyte

    assert "larger than" in refusal_of(folder)


def test_a_deeply_nested_manifest_is_refused(write):
    folder = write()
    (folder / "manifest.json").write_text('{"metrics":' * 100_000)

    assert "manifest.json is no valid JSON" in refusal_of(folder)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda m: m.pop("seed"), "'seed'"),
        (lambda m: m.update(seed="7"), "seed must be a whole number"),
        (lambda m: m.update(seed=True), "seed must be a whole number"),
        (lambda m: m.update(color="red"), "'color'"),
        (lambda m: m["churn"].update(kind="boredom"), "boredom"),
        (lambda m: m["churn"].update(horizon_days=0), "horizon_days"),
        (lambda m: m["calibration"].update(slope=-1.0), "slope"),
        (lambda m: m["calibration"].update(slope=10**400), "slope must be finite"),
        (lambda m: m["calibration"].update(intercept=float("nan")), "NaN"),
        (lambda m: m["tier_policy"].update(high_from=0.1), "medium_from < high_from"),
        (lambda m: m["percentile_knots"].pop(), "101 percentile knots"),
        (lambda m: m["percentile_knots"].reverse(), "ascending"),
        (lambda m: m["usual"].pop(), "usual"),
        (lambda m: m["golden_rows"][0]["features"].append(1.0), "golden row 0"),
        (lambda m: m["golden_rows"][0].update(margin=None), "margin"),
        (lambda m: m["files"]["card.md"].update(sha256="xyz"), "sha256"),
        (lambda m: m.update(trained_until="yesterday"), "yesterday"),
        (lambda m: m.update(signature="short"), "signature"),
        (lambda m: m["features"].update(names=["a", "a"]), "no name twice"),
    ],
)
def test_a_malformed_field_is_named(rewritten, change, named):
    message = refusal_of(rewritten(change))

    assert "manifest.json" in message
    assert named in message


def test_a_repeated_key_is_refused(write):
    path = write() / "manifest.json"
    path.write_bytes(
        path.read_bytes().replace(b'{\n "bundle_id"', b'{\n "seed": 1,\n "bundle_id"', 1)
    )

    assert "repeated key 'seed'" in refusal_of(path.parent)


def test_features_that_mean_something_else_are_refused(write):
    other = FeatureSet(FEATURES.names, FEATURES.units, "0" * 64)

    assert "trained on other features" in refusal_of(write(), expected=other)


def test_a_required_signature_must_be_there_and_right(write):
    unsigned, signed = write(), write(signing_key=KEY)

    assert "is not signed" in refusal_of(unsigned, key=KEY)
    assert "another key" in refusal_of(signed, key=b"not the key")
    assert open_bundle(signed, key=KEY, expected=FEATURES).id == signed.name


@pytest.mark.parametrize(
    "bundle_id", ["", "..", "../x", "ABCDEF0123456789", "0" * 17, "serving.json", "0\0"]
)
def test_an_id_that_is_no_id_never_becomes_a_path(tmp_path, bundle_id):
    with pytest.raises(BundleRefused, match="is no bundle id"):
        promote(tmp_path, bundle_id, expected=FEATURES)


def test_an_unknown_id_is_refused(tmp_path):
    with pytest.raises(BundleRefused, match="models list"):
        promote(tmp_path, "0" * 16, expected=FEATURES)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"bundle_id": "../../etc"}', '{"bundle_id": 1}']
)
def test_a_damaged_serving_file_is_named(tmp_path, content):
    (tmp_path / "serving.json").write_text(content)

    with pytest.raises(BundleRefused):
        promoted_id(tmp_path)
