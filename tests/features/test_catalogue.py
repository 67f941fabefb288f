"""The catalogue agrees with itself and with what the kernels compute."""

import hashlib

import numpy as np

from app.features.catalogue import CATALOGUE, FEATURE_NAMES, FINGERPRINT, MEANING_VERSION
from app.features.engine import features_of
from app.features.history import group_and_sort
from tests.strategies import AS_OF, random_columns


def test_names_are_unique_and_say_their_window():
    assert len(set(FEATURE_NAMES)) == len(FEATURE_NAMES)
    for feature in CATALOGUE:
        last = feature.name.rsplit("_", 1)[-1]
        if last.endswith("d") and last[:-1].isdigit() and "trend" not in feature.name:
            assert feature.window == f"[as_of - {_days(feature.name)} days, as_of)", feature.name


def test_the_catalogue_stays_lean():
    assert len(CATALOGUE) <= 90


def test_no_entry_is_empty():
    for feature in CATALOGUE:
        assert feature.family
        assert feature.missing
        assert "{value}" in feature.text


def test_the_fingerprint_is_a_sha256():
    assert len(FINGERPRINT) == len(hashlib.sha256().hexdigest())


def test_kernels_that_compute_something_else_need_a_new_meaning_version():
    """If this fails, numbers changed: raise MEANING_VERSION and write down the new sums.

    Bundles trained on the old meaning are refused by their fingerprint only then.
    """
    columns = random_columns(7, n_customers=40, n_events=4_000)
    history = group_and_sort(customer_ids=[""] * 40, **columns)
    sums = np.nansum(features_of(history, as_of=AS_OF), axis=0)

    text = ",".join(f"{total:.6g}" for total in sums)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    assert (MEANING_VERSION, digest) == (1, "7f19b6cbd9685241")


def _days(name: str) -> int:
    """Return the days of the window that a name stands for; a window before another adds up."""
    days = int(name.rsplit("_", 1)[-1][:-1])
    return days + 30 if "_prior_" in name else days
