import json

from tests.cli.conftest import END


def test_a_bundle_is_checked_against_todays_customers_and_known_outcomes(call, company):
    call("migrate")
    call("import", "customers", company / "customers.parquet")
    call("import", "activity", company / "activity.parquet")
    before = call("monitor", "--as-of", END, "--models", company / "models")
    call("rescore", "--as-of", END, "--models", company / "models")

    after = call("monitor", "--as-of", END, "--models", company / "models")

    assert before.code == after.code == 0
    assert "holdfast rescore" in before.out
    assert "The first horizon of this bundle closes at 2026-07-31" in after.out
    assert "Drift: sound" in after.out
    assert "probability" in after.out


def test_a_check_is_printed_as_json(call, company):
    call("migrate")
    call("import", "activity", company / "activity.parquet")

    found = json.loads(call("monitor", "--json", "--models", company / "models").out)

    assert found["calibration"]["verdict"] == "not_measured"
    assert found["drift"]["n_reference"] > 100
    assert found["as_of"].endswith("Z")


def test_without_a_bundle_the_error_says_how_to_get_one(call):
    call("migrate")

    ended = call("monitor")

    assert ended.code == 1
    assert "holdfast train" in ended.err
