"""The machine code of the features is compiled again when any family changes."""

import pytest

from app.compiled.fingerprint import fingerprint
from app.features.catalogue import FAMILIES
from app.features.engine import _measure_each


def measure_nothing(customer, workspace, row):
    pass


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_family_that_measures_differently_has_different_machine_code(family, monkeypatch):
    before = fingerprint(_measure_each.function, ())
    monkeypatch.setattr(family.measure, "function", measure_nothing)

    assert fingerprint(_measure_each.function, ()) != before
