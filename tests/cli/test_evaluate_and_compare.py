"""`holdfast evaluate` and `compare`, on a small log and bundles that are made in a moment."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tests.bundles import put_bundle_into_service

TRAINED_UNTIL = datetime(2026, 3, 1, tzinfo=UTC)
HORIZON = 90


@pytest.fixture
def log(folder):
    """A log of 80 customers: all ordered before the bundles were trained, half of them again."""
    rng = np.random.default_rng(0)
    lines = ["customer_id,occurred_at,type,amount,currency"]

    def add(customer: int, moment: datetime) -> None:
        lines.append(f"c{customer},{moment.isoformat()},order_placed,10,EUR")

    for customer in range(80):
        add(customer, TRAINED_UNTIL - timedelta(days=float(rng.uniform(1, 90))))
        if customer % 2:
            add(customer, TRAINED_UNTIL + timedelta(days=float(rng.uniform(0, HORIZON))))
    add(0, TRAINED_UNTIL + timedelta(days=HORIZON + 5))
    path = folder / "activity.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    first, second = (
        put_bundle_into_service(models, seed=seed, trained_until=TRAINED_UNTIL) for seed in (1, 0)
    )
    return models, first, second


def test_the_promoted_bundle_is_evaluated_and_three_files_are_written(call, folder, log, shelf):
    day = TRAINED_UNTIL.date()
    ended = call(
        "evaluate", "promoted", "--activity", log, "--models", shelf[0], "--as-of", day, "--out",
        "out",
    )  # fmt: skip

    assert ended.code == 0, ended.err
    assert f"Bundle {shelf[2]} as of {day}" in ended.out
    assert "95 % interval" in ended.out
    assert {path.name for path in (folder / "out").iterdir()} == {
        "evaluation.md", "evaluation.html", "evaluation.json",
    }  # fmt: skip
    numbers = json.loads((folder / "out" / "evaluation.json").read_text(encoding="utf-8"))
    assert numbers["figures"]["n"] == 80
    assert numbers["figures"]["base_rate"] == 0.5


def test_two_bundles_are_compared(call, folder, log, shelf):
    ended = call(
        "compare", shelf[1], shelf[2], "--activity", log, "--models", shelf[0], "--out", "out"
    )

    assert ended.code == 0, ended.err
    assert "are in another tier by B than by A" in ended.out
    assert "better" in ended.out
    assert (folder / "out" / "comparison.html").is_file()


def test_a_window_that_has_not_closed_is_refused_with_when_it_will(call, log, shelf):
    late = (TRAINED_UNTIL + timedelta(days=30)).date()
    ended = call(
        "evaluate", "promoted", "--activity", log, "--models", shelf[0], "--as-of", late, "--out",
        "out",
    )  # fmt: skip

    assert ended.code == 1
    assert "closes at 2026-06-29" in ended.err
    assert "--as-of" in ended.err


def test_a_moment_that_the_bundle_has_seen_is_refused(call, log, shelf):
    ended = call(
        "evaluate", shelf[2], "--activity", log, "--models", shelf[0], "--as-of", "2026-02-01",
        "--out", "out",
    )  # fmt: skip

    assert ended.code == 1
    assert "trained until 2026-03-01" in ended.err


@pytest.mark.parametrize("name", ["nobody", "../x", "f" * 16])
def test_an_unknown_bundle_is_refused(call, log, shelf, name):
    ended = call("evaluate", name, "--activity", log, "--models", shelf[0], "--out", "out")

    assert ended.code == 1
    assert "holdfast models list" in ended.err
