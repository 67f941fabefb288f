import numpy as np

from app.use_cases.keep_memory import keep_freed_memory


def test_arrays_live_on_as_before():
    keep_freed_memory()
    for _ in range(3):
        assert np.ones(3_000_000).sum() == 3_000_000
