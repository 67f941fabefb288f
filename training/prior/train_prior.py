"""A bundle where there is too little to learn from: labelled, wide, and of the usual form."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from app.bundle.folder.manifest import BundleFacts
from app.documents.document import Block, Bullets, Document, Note, Paragraph, Section, table
from app.documents.formatting import format_percent
from app.domain.bundles import Basis
from app.domain.churn import ChurnDefinition
from app.domain.moments import format_moment, to_micros
from app.features.history import History
from training.card.sections.certainty import certainty_section
from training.learning.learn import OnProgress
from training.prior.fallback import Prior, prior_of
from training.publish import feature_set, libraries, medians, percentile_knots, publish
from training.result import TrainingResult
from training.tiers.cut_points import policy_by_shares, shares_of


def train_prior(
    known: History,
    *,
    churn: ChurnDefinition,
    until: datetime,
    models: Path,
    currency: str | None,
    seed: int,
    signing_key: bytes | None,
    why: str,
    on_progress: OnProgress,
) -> TrainingResult:
    """Publish what `training.prior.fallback` can say of `churn`, with a card that says what it is.

    Parameters
    ----------
    known : History
        What was known at `until`.
    why : what was missing to learn.
    """
    on_progress("publish", 0, 1)
    prior = prior_of(known, churn, cut_off=to_micros(until), seed=seed, why=why)
    probabilities = prior.student.probabilities_of(prior.population)
    policy = policy_by_shares(probabilities)
    facts = BundleFacts(
        churn=churn,
        trained_until=until,
        seed=seed,
        currency=currency,
        features=feature_set(),
        calibration=prior.student.calibration,
        tier_policy=policy,
        percentile_knots=percentile_knots(probabilities),
        usual=medians(prior.population),
        metrics={
            "base_rates": [],
            "n_rows": 0,
            "n_population": len(probabilities),
            "tier_shares": shares_of(probabilities, policy),
            "teacher": "published rhythm, moved by the log",
        },
        libraries=libraries(),
        basis=Basis.PRIOR,
        uncertainty=prior.uncertainty,
    )
    warnings = (
        f"fallback: {why}; the probabilities rest on rhythms published for another shop, moved by "
        f"those of {prior.n_customers} customers here, and nothing vouches for them",
    )
    bundle_id = publish(
        models,
        facts=facts,
        booster_text=prior.student.booster_text,
        population=prior.population,
        probabilities=probabilities,
        card=_card(facts, prior, warnings),
        parts={"calibration": asdict(prior.student.calibration), "parameters": prior.parameters},
        signing_key=signing_key,
    )
    on_progress("publish", 1, 1)
    return TrainingResult(bundle_id, dict(facts.metrics), warnings)


def _card(facts: BundleFacts, prior: Prior, warnings: tuple[str, ...]) -> Document:
    lead: tuple[Block, ...] = (
        Paragraph(
            f"Probability of **{facts.churn.sentence}** within **{facts.churn.horizon_days} days**."
        ),
        *(Note(warning) for warning in warnings),
        Bullets((
            f"Known before {format_moment(facts.trained_until)}: {prior.n_customers:,} customers, "
            f"of whom {prior.n_repeated:,} had the event again.",
            _level(prior),
            f"Serves: one LightGBM booster of {prior.student.n_trees} trees, taught on made-up "
            f"customers; within {prior.student.miss:.2f} log-odds of its map (root mean square).",
        )),
    )
    sections = [_map(prior), _tiers(facts), _limits()]
    if facts.uncertainty is not None:
        certainty = certainty_section(facts.uncertainty, None, tables=(), misses=())
        sections.insert(1, certainty)
    return Document("Churn-risk bundle: a fallback", lead, (), tuple(sections))


def _level(prior: Prior) -> str:
    if not prior.n_seen:
        return "No horizon has passed since anybody was first seen: the level is the map's own."
    return (
        f"A horizon has passed since {prior.n_seen:,} customers were seen; {prior.n_churned:,} of "
        "them churned, and the level moved towards that."
    )


def _map(prior: Prior) -> Section:
    names = ("r", "alpha (weeks)", "a", "b")
    published = ("0.243", "4.414", "0.793", "2.426")
    rows = [
        (name, number, f"{moved:.3f}")
        for name, number, moved in zip(names, published, prior.parameters, strict=True)
    ]
    text = (
        "BG/NBD: customers have the event at a rate of their own, and may stop after each. The "
        "published parameters are those of a CD shop (Fader, Hardie and Lee, 2005)."
    )
    return Section(
        "Rhythm", (Paragraph(text), table("Parameters", ("", "published", "here"), rows))
    )


def _tiers(facts: BundleFacts) -> Section:
    shares = facts.metrics["tier_shares"]
    rows = [(name.capitalize(), format_percent(shares[name])) for name in ("high", "medium", "low")]
    text = "Cut on the customers as of the cut-off, few as they are."
    return Section("Tiers", (Paragraph(text), table("Tiers", ("tier", "share"), rows)))


def _limits() -> Section:
    return Section(
        "Limits",
        (
            Bullets((
                "It knows when customers had the event, and nothing else about them.",
                "It ranks; how many will churn it hardly knows. Decide nothing by the level alone.",
                "Train again as soon as a horizon has passed with a hundred customers.",
                "Not for decisions with legal or similarly significant effects on a person, and "
                "not for prices that differ by person.",
            )),
        ),
    )
