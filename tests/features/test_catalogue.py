"""The catalogue agrees with itself and with what the kernels compute."""

import hashlib
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from app.features import families
from app.features.catalogue import (
    CATALOGUE,
    FAMILIES,
    FEATURE_INDEX,
    FEATURE_NAMES,
    FINGERPRINT,
)
from app.features.engine import features_of
from app.features.family import FeatureFamily
from app.features.history import group_and_sort
from app.features.kinds import EVERY_GROUP, GROUP_OF_KIND
from tests.strategies import AS_OF, random_columns


def test_names_are_unique_and_say_their_window():
    assert len(set(FEATURE_NAMES)) == len(FEATURE_NAMES)
    for feature in CATALOGUE:
        last = feature.name.rsplit("_", 1)[-1]
        if last.endswith("d") and last[:-1].isdigit() and "trend" not in feature.name:
            assert feature.window == f"[as_of - {_days(feature.name)} days, as_of)", feature.name


def test_no_entry_is_empty():
    for feature in CATALOGUE:
        assert feature.family
        assert feature.missing
        assert "{value}" in feature.text


def test_the_fingerprint_is_a_sha256():
    assert len(FINGERPRINT) == len(hashlib.sha256().hexdigest())


def test_every_module_of_families_is_in_the_catalogue_under_its_own_name():
    modules = {path.stem for path in Path(families.__file__).parent.glob("[!_]*.py")}

    assert {family.name for family in FAMILIES} == modules
    for family in FAMILIES:
        assert {feature.family for feature in family.features} == {family.name}


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_numbers_that_change_need_a_new_meaning_version(family):
    """The test module of a family pins what its kernel measures: `NUMBERS` is this digest.

    Write it down when the family is new. If it differs later, the same history has other features:
    raise MEANING_VERSION, by which bundles trained on the old numbers are refused, and write down
    the new digest.
    """
    pinned = import_module(f"tests.features.families.test_{family.name}").NUMBERS

    assert _digest(family) == pinned


def _digest(family: FeatureFamily) -> str:
    """Return 16 hex digits over the sums of the family's features over a fixed history.

    Types are those of the vocabulary when this was written, and up to the last one that the
    family asks for, so that a type added later changes no digest.
    """
    codes = (
        [0] if family.reads == EVERY_GROUP else np.flatnonzero(np.isin(GROUP_OF_KIND, family.reads))
    )
    log = random_columns(
        7,
        n_customers=40,
        n_events=4_000,
        n_kinds=max(22, int(max(codes)) + 1),
        n_channels=12,
        n_details=9,
    )
    history = group_and_sort(customer_ids=[""] * 40, **log)
    columns = [FEATURE_INDEX[feature.name] for feature in family.features]
    sums = np.nansum(features_of(history, as_of=AS_OF)[:, columns], axis=0)
    return hashlib.sha256(",".join(f"{total:.6g}" for total in sums).encode()).hexdigest()[:16]


def _days(name: str) -> int:
    """Return the days of the window that a name stands for; a window before another adds up."""
    days = int(name.rsplit("_", 1)[-1][:-1])
    return days + 30 if "_prior_" in name else days
