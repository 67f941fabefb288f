import pytest

from app.features import engine, population
from app.features.revision import revision


@pytest.mark.parametrize("kernel", [engine._kernel, population._subscribed_kernel])
def test_a_kernel_that_calls_into_other_files_is_cached_under_their_revision(kernel):
    """Numba puts what a function closes over into its cache key, other files it does not."""
    cells = [cell.cell_contents for cell in kernel().py_func.__closure__]

    assert cells == [revision()]
