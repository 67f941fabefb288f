"""The card of a bundle that rests on a fallback, because there was too little to learn from."""

from app.bundle.folder.manifest import BundleFacts
from app.documents.document import Block, Bullets, Document, Note, Paragraph, Section, table
from app.documents.formatting import format_percent
from app.domain.moments import format_moment
from training.card.sections.certainty import certainty_section
from training.certainty.certainty import Certainty
from training.prior.fallback import Fallback


def fallback_card(fallback: Fallback, facts: BundleFacts, warnings: tuple[str, ...]) -> Document:
    """Return a card that says, first of all, what the bundle is."""
    certainty = Certainty(fallback.uncertainty, usual_ranges=None, base_rate_errors=())
    sections = (
        _rhythm(fallback),
        certainty_section(certainty, tables=()),
        _tiers(facts),
        _limits(),
    )
    lead = _lead(fallback, facts, warnings)
    return Document("Churn-risk bundle: a fallback", lead, (), sections)


def _lead(fallback: Fallback, facts: BundleFacts, warnings: tuple[str, ...]) -> tuple[Block, ...]:
    churn, student = facts.churn, fallback.student
    return (
        Paragraph(f"Probability of **{churn.sentence}** within **{churn.horizon_days} days**."),
        *(Note(warning) for warning in warnings),
        Bullets((
            f"Known before {format_moment(facts.trained_until)}: {fallback.n_customers:,} "
            f"customers, of whom {fallback.n_repeated:,} had the event again.",
            _base_rate(fallback),
            f"What serves: one LightGBM booster of {student.n_trees} trees that learned BG/NBD "
            f"from made-up customers and differs from it by {student.rmse:.2f} log-odds (root "
            "mean square).",
        )),
    )


def _base_rate(fallback: Fallback) -> str:
    if not fallback.n_observed:
        return (
            "No customer has been known for a whole horizon yet, so how many will churn rests on "
            "BG/NBD alone."
        )
    return (
        f"{fallback.n_observed:,} customers have been known for a whole horizon, and "
        f"{fallback.n_churned:,} of them churned; all probabilities were shifted towards that rate."
    )


def _rhythm(fallback: Fallback) -> Section:
    names = ("r", "alpha (weeks)", "a", "b")
    published = ("0.243", "4.414", "0.793", "2.426")
    rows = [
        (name, number, f"{here:.3f}")
        for name, number, here in zip(names, published, fallback.parameters, strict=True)
    ]
    text = (
        "BG/NBD: each customer has the event at a rate of their own, and may stop after any of "
        "them. The published parameters are those of a CD shop (Fader, Hardie and Lee, 2005)."
    )
    parameters = table("Parameters", ("", "published", "here"), rows)
    return Section("Rhythm", (Paragraph(text), parameters))


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
                "The bundle knows when customers had the event, and nothing else about them.",
                "It ranks customers, but hardly knows how many of them will churn. Base no "
                "decision on the size of the probabilities alone.",
                "Train again as soon as a hundred customers have been known for a whole horizon.",
                "Not for decisions with legal or similarly significant effects on a person, and "
                "not for prices that differ by person.",
            )),
        ),
    )
