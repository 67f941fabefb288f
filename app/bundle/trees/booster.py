"""LightGBM's own booster, loaded without the libraries that it pulls in but we do not use."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

# `import lightgbm` also imports these wherever they are installed, for its scikit-learn estimators
# and data frames: 0.9 s and 138 MB instead of 0.3 s and 60 MB, and scikit-learn brings a second
# OpenMP runtime into the process. With None in sys.modules the import fails, which LightGBM's
# compat.py takes for "not installed".
_UNUSED: Final = ("sklearn", "pandas", "dask", "matplotlib", "graphviz")


def import_lightgbm() -> ModuleType:
    """Return LightGBM; unless something loaded it before, scikit-learn and pandas stay out."""
    if "lightgbm" in sys.modules:
        return sys.modules["lightgbm"]
    with _hidden([name for name in _UNUSED if name not in sys.modules]):
        import lightgbm  # noqa: PLC0415 - only the fallback and the check ever need it

    module: ModuleType = lightgbm
    return module


class BoosterScorer:
    """Raw margins and contributions as LightGBM computes them, on one thread."""

    def __init__(self, booster_text: str) -> None:
        # A damaged text crashes the process: its hash must have been compared before.
        self._booster: Any = import_lightgbm().Booster(model_str=booster_text)

    def raw_margins(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the uncalibrated log-odds, shape (n,), of features of shape (n, n_features)."""
        margins = self._booster.predict(features, raw_score=True, num_threads=1)
        return np.asarray(margins, dtype=np.float64)

    def raw_contributions(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return exact TreeSHAP values, shape (n, n_features + 1); the last column is the base."""
        if not len(features):  # which LightGBM refuses to explain
            return np.empty((0, features.shape[1] + 1))
        contributions = self._booster.predict(features, pred_contrib=True, num_threads=1)
        return np.asarray(contributions, dtype=np.float64)

    def raw_explained(
        self, features: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return contributions and margins."""
        return self.raw_contributions(features), self.raw_margins(features)


@contextmanager
def _hidden(names: list[str]) -> Iterator[None]:
    hidden: dict[str, None] = dict.fromkeys(names)
    sys.modules.update(hidden)  # type: ignore[arg-type] # None is Python's own mark for "blocked"
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]
