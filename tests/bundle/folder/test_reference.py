import json

import numpy as np
import pytest

from app.bundle.folder.reading import read_manifest
from app.bundle.folder.reference import (
    REFERENCE_FILE,
    Distribution,
    encode_reference,
    measure_reference,
    read_reference,
)
from app.domain.errors import BundleRefused
from tests.bundle.conftest import FEATURES


def content(features, **changes) -> bytes:
    reference = measure_reference(FEATURES.names, features, np.linspace(0, 1, len(features)))
    data = json.loads(encode_reference(reference))
    return json.dumps(data | changes).encode()


def read(folder):
    return read_reference(folder, read_manifest(folder))


def test_what_is_written_is_read_back(write, features):
    reference = measure_reference(FEATURES.names, features, np.linspace(0, 1, len(features)))

    found = read(write(files={REFERENCE_FILE: encode_reference(reference)}))

    assert found is not None
    assert found.n == 200
    assert set(found.columns) == {*FEATURES.names, "probability"}
    for name, column in reference.columns.items():
        assert found.columns[name].inner_edges.tolist() == column.inner_edges.tolist()
        assert found.columns[name].shares.tolist() == column.shares.tolist()


def test_the_same_population_gives_the_same_bytes(features):
    assert content(features) == content(features.copy())


def test_a_feature_that_nobody_has_is_all_missing(features):
    nobody = np.full_like(features, np.nan)

    column = measure_reference(FEATURES.names, nobody, np.zeros(len(nobody))).columns["orders_30d"]

    assert column.shares.tolist() == [1.0, 0.0]


def test_a_bundle_without_a_reference_has_none(write):
    assert read(write()) is None


def test_a_reference_that_was_changed_is_refused(write, features):
    folder = write(files={REFERENCE_FILE: content(features)})
    (folder / REFERENCE_FILE).write_bytes(content(features, n=7))

    with pytest.raises(BundleRefused, match=r"reference\.json differs"):
        read(folder)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"n": 0}, "needs customers"),
        ({"n": "many"}, "n must be a whole number"),
        ({"columns": {}}, "needs customers and the column 'probability'"),
        ({"columns": {"bought_a_llama": {}}}, "unknown field 'bought_a_llama'"),
        ({"columns": {"probability": {"edges": [2, 1], "shares": [0, 0, 0, 1]}}}, "ascending"),
        ({"columns": {"probability": {"edges": [1], "shares": [0, 1]}}}, "need 3 shares"),
        ({"columns": {"probability": {"edges": [], "shares": [0, 0.5]}}}, "sum to 1"),
        ({"columns": {"probability": {"edges": [], "shares": [-1, 2]}}}, "of 0 to 1"),
        ({"columns": {"probability": {"edges": list(range(101)), "shares": []}}}, "at most 100"),
        ({"comment": "hello"}, "unknown field 'comment'"),
    ],
)
def test_a_malformed_reference_is_refused_with_the_reason(write, features, changes, reason):
    folder = write(files={REFERENCE_FILE: content(features, **changes)})

    with pytest.raises(BundleRefused, match=reason):
        read(folder)


def test_a_reference_that_is_too_large_is_refused(write):
    with pytest.raises(BundleRefused, match="larger than"):
        read(write(files={REFERENCE_FILE: b" " * (1 << 21)}))


def test_shares_that_are_not_a_number_are_refused():
    with pytest.raises(ValueError, match="of 0 to 1"):
        Distribution(np.empty(0), np.array([np.nan, 1.0]))
