from concurrent.futures import ThreadPoolExecutor

import numpy as np

from app.use_cases.keep_memory import keep_freed_memory, share_freed_memory


def test_arrays_live_on_as_before():
    keep_freed_memory()
    for _ in range(3):
        assert np.ones(3_000_000).sum() == 3_000_000


def test_threads_that_share_what_was_freed_keep_what_is_theirs():
    share_freed_memory()
    with ThreadPoolExecutor(4) as pool:
        sums = pool.map(lambda number: np.full(300_000, float(number)).sum(), range(40))
        assert list(sums) == [300_000.0 * number for number in range(40)]
