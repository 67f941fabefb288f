"""Import LightGBM without the libraries that it would pull in and Holdfast does not use.

Wherever scikit-learn, pandas and others are installed, ``import lightgbm`` imports them too, for
its estimators and data frames. That takes 0.9 s and 138 MB instead of 0.3 s and 60 MB, and
scikit-learn brings a second OpenMP runtime into the process.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Final

_UNUSED: Final = ("sklearn", "pandas", "dask", "matplotlib", "graphviz")


def import_lightgbm() -> ModuleType:
    """Return the module `lightgbm`; libraries that are already loaded stay visible to it."""
    if "lightgbm" in sys.modules:
        return sys.modules["lightgbm"]
    with _blocked([name for name in _UNUSED if name not in sys.modules]):
        import lightgbm  # noqa: PLC0415 - only the fallback and the verification ever need it

    module: ModuleType = lightgbm
    return module


@contextmanager
def _blocked(names: list[str]) -> Iterator[None]:
    """Make the import of `names` fail, which LightGBM's compat.py takes for "not installed"."""
    blocked: dict[str, None] = dict.fromkeys(names)
    sys.modules.update(blocked)  # type: ignore[arg-type] # None is Python's own mark for "blocked"
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]
