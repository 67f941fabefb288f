from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from app.db import model_checks
from app.db.tables import ModelCheckRow
from app.domain.checks import BundleCheck
from app.use_cases.monitoring.check_calibration import check_calibration
from app.use_cases.monitoring.check_drift import not_measured

NOW = datetime(2026, 11, 22, 12, 30, 0, 250, tzinfo=UTC)


@pytest.fixture
def check() -> BundleCheck:
    said = np.linspace(0.1, 0.9, 150)
    return BundleCheck(
        bundle_id="b-1",
        as_of=NOW - timedelta(days=1),
        checked_at=NOW,
        calibration=check_calibration(
            {("2026-05", "b-1"): (said, said > 0.5)},
            bundle_id="b-1",
            pending="wait",
            excluded=["three"],
        ),
        drift=not_measured("There is no reference."),
        tiers={"high": 3, "none": 1},
    )


def test_a_check_is_read_as_it_was_stored(session, check):
    model_checks.put(session, check)

    assert model_checks.newest(session, "b-1") == check
    assert model_checks.newest_moment(session, "b-1") == NOW


def test_a_bundle_that_was_not_checked_has_none(session, check):
    model_checks.put(session, check)

    assert model_checks.newest(session, "b-2") is None
    assert model_checks.newest_moment(session, "b-2") is None


def test_a_second_check_of_the_same_moment_replaces_the_first(session, check):
    model_checks.put(session, check)

    model_checks.put(session, replace(check, tiers={}))

    found = model_checks.newest(session, "b-1")
    assert found is not None
    assert found.tiers == {}


def test_the_newest_check_is_of_the_latest_moment_and_not_the_last_one_made(session, check):
    model_checks.put(session, check)

    model_checks.put(session, replace(check, as_of=check.as_of - timedelta(days=60), tiers={}))

    assert model_checks.newest(session, "b-1") == check


def test_a_check_that_another_version_wrote_counts_as_none(session):
    session.add(
        ModelCheckRow(bundle_id="b-1", as_of=NOW, checked_at=NOW, result='{"from": "elsewhere"}')
    )
    session.flush()

    assert model_checks.newest(session, "b-1") is None
