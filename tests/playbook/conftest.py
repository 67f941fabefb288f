"""Customers made of feature values, and what the default playbook says about them."""

import math

import pytest

from app.domain.moments import to_micros
from app.domain.scores.findings import findings_of
from app.features.catalogue import FEATURE_INDEX, FEATURE_NAMES
from app.playbook.read import read_playbook


@pytest.fixture(scope="session")
def default_playbook():
    return read_playbook()


@pytest.fixture(scope="session")
def row_of():
    """Make the columns of one customer: the features named, all others missing."""

    def row_of(*, usual=None, **features) -> list[float]:
        row = [math.nan] * (2 * len(FEATURE_NAMES))
        for name, value in features.items():
            row[FEATURE_INDEX[name]] = float(value)
        for name, value in (usual or {}).items():
            row[len(FEATURE_NAMES) + FEATURE_INDEX[name]] = float(value)
        return row

    return row_of


@pytest.fixture(scope="session")
def findings(default_playbook):
    """Ask the default playbook about the columns of one customer."""

    def findings(row, *, as_of, tier=None, previous=None):
        verdicts = bytes([trigger.when(row) for trigger in default_playbook.triggers])
        return findings_of(
            default_playbook, verdicts, row, tier=tier, as_of=to_micros(as_of), previous=previous
        )

    return findings
