import math
from dataclasses import replace

import numpy as np
import pytest

from app.documents.html import render_html
from app.documents.markdown import render_markdown
from app.domain.errors import EvaluationRefused
from app.domain.moments import to_micros
from tests.pages import parsed
from tests.training.evaluation.bundles import AS_OF, CHURNED, DAY, Opinion, bundle, log, silent
from tests.training.shops import ORDER, with_events
from training.evaluation.evaluate import evaluate
from training.evaluation.evaluation_document import document_of, verdict_of

OPINION = Opinion(-1.0, 2.0)


def evaluation_of(history=None, opinion=OPINION, **changes):
    return evaluate(
        log() if history is None else history,
        bundle(opinion, **changes),
        as_of=AS_OF,
        on_progress=silent,
    )


def test_the_metrics_are_those_that_one_computes_by_hand():
    """60 customers are given sigmoid(-1), of whom 6 churn; 60 sigmoid(2), who all do."""
    low, high = 1 / (1 + math.exp(1)), 1 / (1 + math.exp(-2))
    found = evaluation_of()

    assert found.holdout.churned.tolist() == CHURNED.tolist()
    ours = found.metrics.ours
    assert ours.n == 120
    assert ours.base_rate == pytest.approx(66 / 120)
    assert ours.mean_probability == pytest.approx((low + high) / 2)
    loss = -(6 * math.log(low) + 54 * math.log(1 - low) + 60 * math.log(high)) / 120
    assert ours.log_loss == pytest.approx(loss)
    assert ours.brier == pytest.approx(
        (6 * (1 - low) ** 2 + 54 * low**2 + 60 * (1 - high) ** 2) / 120
    )
    assert ours.auc == pytest.approx((60 * 54 + 6 * 54 / 2) / (66 * 54))


def test_what_came_or_was_received_later_changes_no_prediction():
    asked = to_micros(AS_OF)
    late = with_events(
        log(),
        customers=np.arange(1, 21, 2),
        occurred_at=np.full(10, asked - 3 * DAY),
        kinds=np.full(10, ORDER),
        received_at=np.full(10, asked + 2 * DAY),
    )

    predicted = evaluation_of(late).holdout.predicted
    assert predicted.tolist() == evaluation_of().holdout.predicted.tolist()
    assert evaluation_of(late).holdout.churned.tolist() == CHURNED.tolist()


def test_an_outcome_counts_although_it_was_received_after_the_window():
    asked = to_micros(AS_OF)
    late = with_events(
        log(),
        customers=[1],
        occurred_at=[asked + 3 * DAY],
        kinds=[ORDER],
        received_at=[asked + 35 * DAY],
    )

    assert evaluation_of(late).holdout.churned[1] == 0


def test_too_few_customers_are_refused():
    with pytest.raises(EvaluationRefused, match="too few to say anything"):
        evaluate(replace_population(log()), bundle(OPINION), as_of=AS_OF, on_progress=silent)


def replace_population(history):
    """Return the history with everybody but 40 customers coming after the moment asked about."""
    moved = history.occurred_at.copy()
    moved[history.starts[40] :] = to_micros(AS_OF) + 20 * DAY
    return replace(history, occurred_at=moved, received_at=moved)


CARD = {
    "test": {"auc": 0.9, "log_loss": 0.2, "brier": 0.05},
    "test_intervals": {"auc": [0.88, 0.92], "log_loss": [0.19, 0.21], "brier": [0.0, 0.9]},
    "tested_as_of": "2026-02-01T00:00:00Z",
}


def test_the_verdict_names_what_got_worse_and_not_what_chance_explains():
    found = evaluation_of(metrics=CARD)
    verdicts = {change.name: change.verdict for change in found.changes}

    assert verdicts["log_loss"] == "worse"
    assert verdicts["brier"] == "within chance"
    assert set(verdicts) == {"auc", "log_loss", "brier"}
    assert "log loss" in verdict_of(found.changes)


def test_a_card_without_a_test_has_nothing_to_compare_with():
    assert "no test to compare with" in verdict_of(evaluation_of(metrics={}).changes)


def test_the_page_is_well_formed_and_the_numbers_are_the_same_in_all_three():
    found = evaluation_of(metrics=CARD)
    document = document_of(found)
    numbers = found.as_numbers()

    assert parsed(render_html(document)).tag == "html"
    assert f"{numbers['figures']['log_loss']:.4f}" in render_markdown(document)
    assert numbers["since_the_card"][0]["verdict"] in {"better", "worse", "within chance"}
    assert sum(row["customers"] for row in numbers["calibration"]) == 120


def test_the_same_log_gives_the_same_page():
    assert render_html(document_of(evaluation_of())) == render_html(document_of(evaluation_of()))


def test_everybody_of_one_outcome_is_evaluated_without_curves():
    history = log()
    ordered = replace(history, occurred_at=np.minimum(history.occurred_at, to_micros(AS_OF) - DAY))
    gone = with_events(
        ordered, customers=[0], occurred_at=[to_micros(AS_OF) + 40 * DAY], kinds=[ORDER]
    )
    found = evaluation_of(gone)

    assert found.metrics.ours.base_rate == 1
    assert found.as_numbers()["figures"]["auc"] is None
    assert parsed(render_html(document_of(found))).tag == "html"
