"""What has to match before a bundle is opened, and what a process that opened one has loaded."""

import subprocess
import sys

import numpy as np
import pytest

from app.bundle import opening
from app.bundle.opening import open_bundle
from app.bundle.trees import explainer
from app.bundle.trees.booster_scorer import BoosterScorer
from app.compiled.kernel import entry
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.errors import BundleRefused
from tests.bundle.conftest import FEATURES


def test_an_event_that_this_version_does_not_know_is_refused(write):
    unknown = write(churn=ChurnDefinition(ChurnKind.ABSENCE, "banana", 90))

    with pytest.raises(BundleRefused, match="the event 'banana'"):
        open_bundle(unknown, expected=FEATURES)


def test_golden_rows_that_come_out_differently_are_refused(write, booster_text, monkeypatch):
    right = write()
    monkeypatch.setattr(opening, "KernelScorer", lambda trees: Off(booster_text))

    with pytest.raises(BundleRefused, match=r"booster\.txt answers its golden rows differently"):
        open_bundle(right, expected=FEATURES)


class Off(BoosterScorer):
    def raw_contributions(self, features):
        return super().raw_contributions(features) + 1e-8


def test_without_kernels_lightgbm_answers_with_the_same_numbers_and_the_log_says_so(
    write, features, monkeypatch, caplog
):
    folder = write()
    with_kernels = open_bundle(folder, expected=FEATURES)
    monkeypatch.setattr(explainer, "_fill_table", entry(explainer._fill_table.function))
    monkeypatch.setitem(sys.modules, "app.compiled.loading", None)  # its import fails

    without = open_bundle(folder, expected=FEATURES)

    assert isinstance(without.scorer, BoosterScorer)
    assert "LightGBM answers instead" in caplog.text
    np.testing.assert_array_equal(without.margins(features), with_kernels.margins(features))
    np.testing.assert_allclose(
        without.contributions(features), with_kernels.contributions(features), rtol=0, atol=1e-9
    )


def test_the_serving_process_loads_neither_lightgbm_nor_scikit_learn_nor_pandas(write):
    assert _loaded_after(f"open_bundle(Path({str(write())!r}), expected=features)") == "[]"


def test_importing_lightgbm_does_not_import_scikit_learn_and_keeps_it_importable():
    statement = "import_lightgbm(); assert 'sklearn' not in sys.modules"

    assert _loaded_after(statement) == "['lightgbm']"


def _loaded_after(statement: str) -> str:
    script = f"""
import sys
from pathlib import Path
from app.bundle.trees.lightgbm_import import import_lightgbm
from app.bundle.folder.manifest import FeatureSet
from app.bundle.opening import open_bundle
features = FeatureSet({FEATURES.names!r}, {FEATURES.units!r}, {FEATURES.fingerprint!r})
{statement}
watched = ("lightgbm", "sklearn", "pandas", "joblib", "polars", "pyarrow")
print([name for name in watched if sys.modules.get(name)])
"""
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120
    ).stdout.strip()
