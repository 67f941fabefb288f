import math
import subprocess
import sys

import lightgbm
import numpy as np
import pytest

from app.bundle import opened
from app.bundle.folder.verifying import check_in_child
from app.bundle.opened import open_bundle
from app.bundle.trees import treeshap
from app.bundle.trees.booster import BoosterScorer
from app.compiled.kernel import entry
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.errors import BundleRefused
from tests.bundle.conftest import FEATURES


@pytest.fixture
def bundle(write):
    return open_bundle(write(), expected=FEATURES)


def test_margins_are_the_calibrated_margins_of_lightgbm(bundle, booster_text, features):
    raw = lightgbm.Booster(model_str=booster_text).predict(features, raw_score=True, num_threads=1)

    np.testing.assert_array_equal(bundle.margins(features), 1.25 * raw - 0.5)


def test_probabilities_are_the_logistic_function_of_margins(bundle, features):
    expected = [1 / (1 + math.exp(-margin)) for margin in bundle.margins(features)]

    np.testing.assert_allclose(bundle.probabilities(features), expected, rtol=1e-12)


def test_contributions_sum_to_the_calibrated_margin(bundle, features):
    contributions = bundle.contributions(features)

    assert contributions.shape == (len(features), 3)
    np.testing.assert_allclose(
        contributions.sum(axis=1), bundle.margins(features), rtol=0, atol=1e-9
    )


def test_explaining_gives_the_same_margins(bundle, features):
    contributions, margins = bundle.explained(features)

    np.testing.assert_array_equal(contributions, bundle.contributions(features))
    np.testing.assert_array_equal(margins, bundle.margins(features))


def test_features_of_another_shape_are_refused(bundle):
    with pytest.raises(ValueError, match=r"\(n, 2\)"):
        bundle.margins(np.zeros((3, 5)))


def test_an_event_that_no_log_tells_apart_is_refused(write):
    unknown = write(churn=ChurnDefinition(ChurnKind.ABSENCE, "banana", 90))

    with pytest.raises(BundleRefused, match="the event 'banana'"):
        open_bundle(unknown, expected=FEATURES)


def test_golden_rows_that_come_out_differently_are_refused(write, booster_text, monkeypatch):
    right = write()
    monkeypatch.setattr(opened, "KernelScorer", lambda trees: Off(booster_text))

    with pytest.raises(BundleRefused, match=r"booster\.txt answers its golden rows differently"):
        open_bundle(right, expected=FEATURES)


class Off(BoosterScorer):
    def raw_contributions(self, features):
        return super().raw_contributions(features) + 1e-8


def test_without_kernels_lightgbm_answers_the_same_and_the_log_says_so(
    write, features, monkeypatch, caplog
):
    folder = write()
    with_kernels = open_bundle(folder, expected=FEATURES)
    monkeypatch.setattr(treeshap, "_fill_table", entry(treeshap._fill_table.function))
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


def test_lightgbm_comes_without_scikit_learn_and_leaves_it_importable():
    statement = "import_lightgbm(); assert 'sklearn' not in sys.modules"

    assert _loaded_after(statement) == "['lightgbm']"


def _loaded_after(statement: str) -> str:
    script = f"""
import sys
from pathlib import Path
from app.bundle.trees.booster import import_lightgbm
from app.bundle.folder.manifest import FeatureSet
from app.bundle.opened import open_bundle
features = FeatureSet({FEATURES.names!r}, {FEATURES.units!r}, {FEATURES.fingerprint!r})
{statement}
watched = ("lightgbm", "sklearn", "pandas", "joblib", "polars", "pyarrow")
print([name for name in watched if sys.modules.get(name)])
"""
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120
    ).stdout.strip()


def test_a_booster_that_does_not_load_in_time_is_refused(write):
    with pytest.raises(BundleRefused, match="did not load within"):
        check_in_child(write(), timeout_seconds=0.01)


def test_the_child_compares_the_hash_before_lightgbm_sees_a_byte(write):
    folder = write()
    (folder / "booster.txt").write_text("tree\nnum_leaves=-1")

    with pytest.raises(BundleRefused, match=r"booster\.txt differs"):
        check_in_child(folder)
