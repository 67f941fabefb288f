import json

import pytest

from app.bundle.opening import open_bundle
from app.domain.tier_policies import SharePolicy, ValuePolicy
from tests.bundle.conftest import FEATURES, refusal_of


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


@pytest.mark.parametrize(
    "name", ["../card.md", "/etc/passwd", "a/b.md", "..", ".lock", "manifest.json"]
)
def test_a_name_that_leads_out_of_the_folder_is_refused(rewritten, name):
    folder = rewritten(lambda content: content["files"].update({name: content["files"]["card.md"]}))

    assert "not a plain file name" in refusal_of(folder)


def test_a_manifest_of_another_format_version_is_refused(rewritten):
    folder = rewritten(lambda content: content.update(format_version=2))

    assert "format version 2" in refusal_of(folder)


def test_a_deeply_nested_manifest_is_refused(write):
    folder = write()
    (folder / "manifest.json").write_text('{"metrics":' * 100_000)

    assert "manifest.json is not valid JSON" in refusal_of(folder)


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


@pytest.mark.parametrize(
    "policy",
    [
        SharePolicy("shares-22-48-30", medium_from=0.3, high_from=0.6),
        SharePolicy("shares-22-48-30", medium_from=0.3, high_from=0.6, band=1.25),
        ValuePolicy(
            "v", 1.0, (10.0, 20.0), 0.3, value_otherwise=75.5, capacity_price=0.1, band=1.1
        ),
    ],
)
def test_a_tier_policy_goes_through_the_manifest(write, policy):
    folder = write(tier_policy=policy)
    assert open_bundle(folder, expected=FEATURES).tier_policy == policy
    content = json.loads((folder / "manifest.json").read_bytes())["tier_policy"]
    assert ("band" in content) == (policy.band > 1)
