"""Arrays in a file have the same slices as arrays in memory."""

import pickle

import numpy as np
import pytest

from app.files.spill import SpillFile, load

ARRAYS = {
    "numbers": np.arange(10),
    "records": np.arange(30).reshape(10, 3),
    "bytes": np.arange(10, dtype=np.uint8),
}


@pytest.fixture
def spill(tmp_path):
    return SpillFile(tmp_path / "spill")


@pytest.mark.parametrize("rows", [slice(None), slice(2, 7), slice(4, 4), slice(9, None)])
def test_slices_are_those_of_the_array(spill, rows):
    put = {name: spill.append(array) for name, array in ARRAYS.items()}

    for name, array in ARRAYS.items():
        found = load(put[name][rows])
        assert found.dtype == array.dtype
        assert np.array_equal(found, array[rows])


def test_a_slice_of_a_slice_counts_from_its_own_start(spill):
    spill.append(ARRAYS["bytes"])
    put = spill.append(ARRAYS["records"])

    assert np.array_equal(load(put[3:9][1:4]), ARRAYS["records"][3:9][1:4])


def test_an_array_in_a_file_is_sent_to_other_processes_without_its_rows(spill):
    put = spill.append(np.zeros(100_000, np.int64))
    sent = pickle.dumps(put)

    assert len(sent) < 1_000
    assert len(load(pickle.loads(sent))) == 100_000  # noqa: S301 - our own bytes


def test_an_array_in_memory_is_itself():
    assert load(ARRAYS["numbers"]) is ARRAYS["numbers"]
