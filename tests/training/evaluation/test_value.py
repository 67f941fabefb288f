from dataclasses import dataclass, replace

import numpy as np
import pytest

from app.bundle.folder.reference import measure_reference
from app.bundle.value.estimator import ExpectedValueColumns
from app.documents.markdown import render_markdown
from app.features.catalogue import FEATURE_NAMES
from tests.training.evaluation.bundles import AS_OF, N_ORDERS, N, Opinion, bundle, log, silent
from training.evaluation.evaluate import evaluate
from training.evaluation.evaluation_document import document_of


@dataclass(frozen=True)
class OneOrderOfTheFrequent:
    """Expects one order of 10 from who ordered repeatedly, and nothing of the others."""

    def estimate(self, features, probabilities):
        orders = (features[:, N_ORDERS] > 1).astype(float)
        numbers = dict.fromkeys(ExpectedValueColumns._fields, np.zeros(len(features)))
        return ExpectedValueColumns(**numbers | {"orders": orders, "revenue": 10 * orders})


def evaluation_of(reference=None, **changes):
    evaluated = replace(bundle(Opinion(-1.0, 2.0)), **changes)
    return evaluate(log(), evaluated, as_of=AS_OF, reference=reference, on_progress=silent)


def test_orders_and_revenue_are_compared_with_what_was_ordered():
    """60 orders were predicted; 54 came: 6 of 120 forecasts were off by one."""
    value = evaluation_of(value=OneOrderOfTheFrequent()).value

    assert value["orders"].total_bias == pytest.approx(60 / 54 - 1)
    assert value["orders"].rmse == pytest.approx(np.sqrt(6 / N))
    assert value["revenue"].rmse == pytest.approx(10 * np.sqrt(6 / N))


def test_a_bundle_that_predicts_no_value_is_not_evaluated_by_it():
    found = evaluation_of()

    assert found.value == {}
    assert "No value was predicted" in render_markdown(document_of(found))


def test_customers_who_did_not_move_are_stable_and_others_are_not():
    holdout = evaluation_of().holdout
    same = measure_reference(FEATURE_NAMES, holdout.features, holdout.predicted)
    other = measure_reference(FEATURE_NAMES, holdout.features + 1000, holdout.predicted)

    assert max(index for _, index in evaluation_of(same).drift) == pytest.approx(0)
    name, index = evaluation_of(other).drift[0]
    assert index > 1
    assert f"| {name} |".replace("_", r"\_") in render_markdown(document_of(evaluation_of(other)))


def test_a_bundle_without_a_reference_is_not_asked_about_drift():
    assert evaluation_of().drift == []
