"""The card of a bundle: what a data scientist needs to know before trusting it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.bundle.folder.manifest import BundleFacts
from app.bundle.trees.kernel_scorer import KernelScorer
from app.bundle.trees.parsing import parse_trees
from app.documents.document import (
    Block,
    Bullets,
    Document,
    Highlight,
    Note,
    Paragraph,
    Section,
    safe_name,
    table,
)
from app.documents.formatting import format_date, format_percent
from app.domain.moments import format_moment
from training.card.sections.definition import base_rates_section, definition_section
from training.card.sections.drift import drift_section, stability_of
from training.card.sections.importance import importance_section
from training.card.sections.metrics import highlights, metrics_table
from training.card.sections.movement import movement_table
from training.card.sections.over_time import past_figures, past_table
from training.card.sections.ranking import ranking_section
from training.card.sections.reliability import reliability_blocks
from training.card.sections.segments import segments_section
from training.learning.cross_fitting import Hyperparameters
from training.learning.learn import LearningResult
from training.testing.backtest import Backtest
from training.testing.tier_movement import DAYS_LESS, TierMovement

MAX_EXPLAINED = 5_000  # customers; the shares of more are the same in the digits shown


@dataclass(frozen=True, slots=True)
class CardFacts:
    """All that the card tells of.

    Attributes
    ----------
    n_known : customers of the log.
    past : back-tests at earlier cut-offs, oldest first.
    movement : who changes tier by a week of learning; None where that could not be told.
    more : sections that other parts of the training add, such as value and profit.
    """

    facts: BundleFacts
    learned: LearningResult
    report: Backtest | None
    hyperparameters: Hyperparameters
    warnings: tuple[str, ...]
    n_known: int
    past: tuple[Backtest, ...] = ()
    movement: TierMovement | None = None
    more: tuple[Section, ...] = ()


def card_of(told: CardFacts) -> Document:
    """Return the card; the same facts give the same document."""
    learned, facts = told.learned, told.facts
    sections = [
        definition_section(
            facts.churn, n_known=told.n_known, n_population=facts.metrics["n_population"]
        ),
        base_rates_section(learned.dataset, learned.returned),
        *_tested(told),
        _tiers(told),
        *told.more,
        importance_section(_contributions(learned)),
        *_drift(told),
        _limits(told),
    ]
    return Document("Churn-risk bundle", _lead(told), _highlights(told), tuple(sections))


def _lead(told: CardFacts) -> tuple[Block, ...]:
    facts, student, hyperparameters = told.facts, told.learned.student, told.hyperparameters
    dataset = told.learned.dataset
    money = safe_name(facts.currency) if facts.currency else "no stated currency"
    return (
        Paragraph(
            f"Probability of **{facts.churn.sentence}** within **{facts.churn.horizon_days} days**."
        ),
        *(Note(warning) for warning in told.warnings),
        Bullets((
            f"Learned from what was known before {format_moment(facts.trained_until)}; the "
            f"first snapshot is of {format_date(dataset.windows[0].as_of)}. Population as of the "
            f"cut-off: {len(told.learned.population):,} customers.",
            f"Amounts in {money}; seed {facts.seed}.",
            f"Teacher: {told.learned.teacher.names} ({hyperparameters.n_folds} LightGBM boosters "
            f"of {hyperparameters.leaves_for(len(dataset.churned))} leaves, at least "
            f"{hyperparameters.min_rows_per_leaf} rows each, every one blind to a fold of "
            "customers).",
            f"Serves: one LightGBM booster of {student.n_trees} trees that learned the "
            f"teacher's probabilities and comes within {student.miss:.3f} log-odds of them "
            "(root mean square).",
        )),
    )


def _highlights(told: CardFacts) -> tuple[Highlight, ...]:
    found = () if told.report is None else highlights(told.report.figures)
    if told.movement is None:
        return found
    note = f"of customers change tier by {DAYS_LESS} days more of learning"
    return (*found, Highlight("Tier movement", format_percent(told.movement.share), note))


def _tested(told: CardFacts) -> tuple[Section, ...]:
    report = told.report
    if report is None:
        return (Section("Test", (Note("The history is too short for a test out of time."),)),)
    return (
        Section("Test", (Paragraph(_how(report)), metrics_table(report.figures))),
        *_over_time(told, report),
        ranking_section(report.tested),
        _calibration(told, report),
        segments_section(report.tested, currency=told.facts.currency),
    )


def _how(report: Backtest) -> str:
    window = report.tested.window
    return (
        "Out of time: everything was learned again from what was known before "
        f"{format_date(window.as_of)} and held against the {window.days} days from then. The "
        "bundle was then made with the same settings from all that was known at the cut-off. "
        "Intervals are of the bootstrap over customers: they know the luck of the sample, not that "
        "of the season."
    )


def _over_time(told: CardFacts, report: Backtest) -> tuple[Section, ...]:
    if not told.past:
        text = "The history is too short for tests at earlier cut-offs."
        return (Section("Back-tests", (Paragraph(text),)),)
    tests = [(one.tested.window, one.figures) for one in (*told.past, report)]
    text = (
        "The same at earlier cut-offs: how much figures and level move with time. The earlier "
        "ones are cheaper ones, on a sample of the customers where there are many and with half "
        "the boosters: compare levels rather than the last digits."
    )
    return (Section("Back-tests", (Paragraph(text), past_figures(tests), past_table(tests))),)


def _calibration(told: CardFacts, report: Backtest) -> Section:
    line = told.facts.calibration
    text = (
        f"margin = {line.slope:.4f} × raw margin {line.intercept:+.4f}. The level rests on label "
        "windows that close at the cut-off."
    )
    return Section("Calibration", (Paragraph(text), *reliability_blocks(report.tested)))


def _tiers(told: CardFacts) -> Section:
    policy, shares = told.facts.tier_policy, told.facts.metrics["tier_shares"]
    edges = policy.edges_of(value=None)
    rows = (
        ("High", _from(edges.high_from), format_percent(shares["high"])),
        ("Medium", _from(edges.medium_from), format_percent(shares["medium"])),
        ("Low", "below", format_percent(shares["low"])),
    )
    text = f"Policy `{safe_name(policy.version)}`, cut on the population as of the cut-off."
    if policy.kind == "value":
        text += " Edges are each customer's own; the table has those of the median customer."
    blocks: list[Block] = [Paragraph(text), table("Tiers", ("tier", "probability", "share"), rows)]
    cut = "its own cut points" if policy.kind == "shares" else "the same costs and values"
    return Section("Tiers", (*blocks, *_movement(told.movement, cut)))


def _from(edge: float | None) -> str:
    return "never" if edge is None else f"p ≥ {edge:.4f}"


def _movement(movement: TierMovement | None, cut: str) -> tuple[Block, ...]:
    if movement is None:
        text = "The history is too short to tell how many customers a week of learning moves."
        return (Paragraph(text),)
    memory = ""
    if movement.with_memory is not None:
        memory = (
            f" In service a tier is left a little later than it is entered: then "
            f"**{format_percent(movement.with_memory)}** move."
        )
    text = (
        f"Learned from {DAYS_LESS} days less, with {cut}, the bundle puts "
        f"**{format_percent(movement.share)}** of the same {movement.n:,} customers, with the same "
        f"features, into another tier, {format_percent(movement.share_across)} from Low to High or "
        f"back; the probability changes by {movement.mean_shift:.4f} on average.{memory}"
    )
    return (Paragraph(text), movement_table(movement, first="a week less", second="this bundle"))


def _drift(told: CardFacts) -> tuple[Section, ...]:
    if told.report is None:
        return ()
    population = told.learned.population
    moved = stability_of(
        told.report.tested.features,
        told.learned.student.probabilities_of(told.report.tested.features),
        population=population,
        probabilities=told.learned.student.probabilities_of(population),
    )
    return (drift_section(moved, told.report.tested.window),)


def _contributions(learned: LearningResult) -> NDArray[np.float64]:
    """Return Shapley values of the margin for an even choice of the population."""
    population, student = learned.population, learned.student
    chosen = np.linspace(0, len(population) - 1, min(len(population), MAX_EXPLAINED))
    rows = np.ascontiguousarray(population[chosen.round().astype(np.int64)])
    trees = parse_trees(student.booster_text, n_features=population.shape[1], source="the booster")
    raw = KernelScorer(trees).raw_contributions(rows)
    return np.asarray(raw[:, :-1] * student.calibration.slope, dtype=np.float64)


def _limits(told: CardFacts) -> Section:
    days = told.facts.churn.horizon_days
    return Section(
        "Limits",
        (
            Paragraph("What this bundle must not be used for, and what it cannot know."),
            Bullets((
                "Not for decisions with legal or similarly significant effects on a person: "
                "credit, insurance, housing, employment, termination of a contract (GDPR, "
                "article 22).",
                "Not for prices or conditions that are worse for a person because a score is "
                "low or high, and not to withhold service from who seems lost anyway.",
                "Not about employees, applicants or anybody else than customers, and not to "
                "judge the people who look after them.",
                f"A statement about the {days} days after the moment asked about, nothing "
                "beyond them.",
                "Learned from what customers did, not from an experiment: it ranks who is "
                "likely to leave, not whom contact would keep. Hold out a random part of "
                "those contacted to know.",
                "Base rates move with seasons; the snapshots show how much they did.",
                "Customers unlike those it learned from get a number too: mind the flags of "
                "unusual and insufficient histories, and the drift that the service reports.",
            )),
        ),
    )
