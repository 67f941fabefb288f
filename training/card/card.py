"""The card of a bundle: what a data scientist needs to know before trusting it."""

import numpy as np

from app.bundle.folder.manifest import BundleFacts
from app.bundle.folder.reference import measure_reference
from app.documents.document import (
    Block,
    Bullets,
    Document,
    Highlight,
    Note,
    Paragraph,
    Section,
    safe_name,
)
from app.documents.formatting import format_date, format_percent
from app.domain.moments import format_moment
from app.features.catalogue import FEATURE_NAMES
from training.card.fallback_card import fallback_card
from training.card.sections.backtests import backtests_section
from training.card.sections.base_rates import base_rates_section
from training.card.sections.certainty import certainty_section
from training.card.sections.definition import definition_section
from training.card.sections.drift import drift_reference_section
from training.card.sections.importance import importance_section
from training.card.sections.limits import limits_section
from training.card.sections.metrics import highlights
from training.card.sections.out_of_time import out_of_time_section
from training.card.sections.profit import profit_section
from training.card.sections.ranking import ranking_section
from training.card.sections.reliability import calibration_section
from training.card.sections.segments import segments_section
from training.card.sections.tiers import tiers_section
from training.card.sections.value import value_section
from training.facts import warnings_about
from training.findings import TrainingFindings
from training.learning.learn import LearningResult
from training.prior.fallback import Fallback
from training.testing.backtest import Backtest
from training.testing.population_drift import drift_from
from training.testing.tier_movement import DAYS_LESS


def card_of(findings: TrainingFindings, facts: BundleFacts) -> Document:
    """Return the card; the same findings give the same document."""
    learning = findings.learning
    if isinstance(learning, Fallback):
        return fallback_card(learning, facts, warnings_about(findings))
    newest = findings.backtests.newest
    return Document(
        "Churn-risk bundle",
        _lead(findings, learning, facts),
        _highlights(findings),
        (
            _definition(findings),
            base_rates_section(learning.dataset, learning.reactivation),
            *(_untested() if newest is None else _tested(findings, newest, facts)),
            tiers_section(facts.tier_policy, facts.metrics["tier_shares"], findings.movement),
            certainty_section(findings.certainty, findings.backtests.calibration_tables),
            *_money(findings),
            importance_section(learning),
            *([] if newest is None else [_drift(findings, learning, newest)]),
            limits_section(horizon_days=facts.churn.horizon_days),
        ),
    )


def _lead(
    findings: TrainingFindings, learning: LearningResult, facts: BundleFacts
) -> tuple[Block, ...]:
    churn = facts.churn
    return (
        Paragraph(f"Probability of **{churn.sentence}** within **{churn.horizon_days} days**."),
        *(Note(warning) for warning in warnings_about(findings)),
        Bullets((
            _data(learning, facts),
            f"Amounts in {_money_name(facts)}; seed {facts.seed}.",
            _teacher(findings, learning),
            _student(learning),
        )),
    )


def _data(learning: LearningResult, facts: BundleFacts) -> str:
    first = format_date(learning.dataset.windows[0].as_of)
    return (
        f"Learned from what was known before {format_moment(facts.trained_until)}; the first "
        f"snapshot is of {first}. The population at the cut-off has "
        f"{len(learning.population):,} customers."
    )


def _money_name(facts: BundleFacts) -> str:
    return safe_name(facts.currency) if facts.currency else "a currency that is not stated"


def _teacher(findings: TrainingFindings, learning: LearningResult) -> str:
    parameters = findings.run.hyperparameters
    n_leaves = parameters.leaves_for(len(learning.dataset.churned))
    return (
        f"Teacher: {learning.teacher.name} ({parameters.n_folds} LightGBM boosters of {n_leaves} "
        f"leaves with at least {parameters.min_rows_per_leaf} rows each; every booster holds one "
        "fold of customers out)."
    )


def _student(learning: LearningResult) -> str:
    student = learning.student
    return (
        f"What serves: one LightGBM booster of {student.n_trees} trees that learned the teacher's "
        f"probabilities and differs from them by {student.rmse:.3f} log-odds (root mean square)."
    )


def _highlights(findings: TrainingFindings) -> tuple[Highlight, ...]:
    newest, movement = findings.backtests.newest, findings.movement
    found = () if newest is None else highlights(newest.metrics)
    if movement is None:
        return found
    note = f"of customers change tier because of {DAYS_LESS} more days of data"
    return (*found, Highlight("Tier movement", format_percent(movement.share), note))


def _definition(findings: TrainingFindings) -> Section:
    n_in_log = int(np.count_nonzero(np.diff(findings.run.known.starts)))
    n_population = len(findings.probabilities)
    return definition_section(findings.run.churn, n_in_log=n_in_log, n_population=n_population)


def _untested() -> tuple[Section, ...]:
    return (Section("Test", (Note("The history is too short for an out-of-time test."),)),)


def _tested(
    findings: TrainingFindings, newest: Backtest, facts: BundleFacts
) -> tuple[Section, ...]:
    return (
        out_of_time_section(newest),
        backtests_section(findings.backtests),
        ranking_section(newest.holdout),
        calibration_section(facts.calibration, newest.holdout),
        segments_section(newest.holdout, currency=facts.currency),
    )


def _money(findings: TrainingFindings) -> tuple[Section, ...]:
    newest, value, currency = findings.backtests.newest, findings.value, findings.run.currency
    return (
        value_section(value.expected, value.backtest, currency=currency),
        profit_section(
            findings.tiers,
            findings.probabilities,
            findings.values,
            holdout=None if newest is None else newest.holdout,
            holdout_values=None if value.backtest is None else value.backtest.values,
            currency=currency,
        ),
    )


def _drift(findings: TrainingFindings, learning: LearningResult, newest: Backtest) -> Section:
    earlier = newest.holdout.features
    reference = measure_reference(FEATURE_NAMES, learning.population, findings.probabilities)
    drift = drift_from(reference, earlier, learning.student.probabilities_of(earlier))
    return drift_reference_section(drift, newest.holdout.window)
