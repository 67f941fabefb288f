"""What churn means in this bundle, and of whom it says nothing."""

from app.documents.document import Bullets, Paragraph, Section
from app.domain.churn import ChurnDefinition, ChurnKind


def definition_section(churn: ChurnDefinition, *, n_in_log: int, n_population: int) -> Section:
    """Return the definition and its exclusions.

    Parameters
    ----------
    n_in_log, n_population : customers of the log, and those of them that the definition covers.
    """
    if churn.kind is ChurnKind.ABSENCE:
        meaning, exclusions = _absence(churn)
    else:
        meaning, exclusions = _cancellation(churn)
    text = f"A customer churns who has {meaning}. Windows are half-open, and moments are UTC."
    found = (
        f"As of the cut-off, {n_in_log - n_population:,} of the {n_in_log:,} customers of the log "
        "are left out."
    )
    return Section("Definition", (Paragraph(text), Bullets((*exclusions, found))))


def _absence(churn: ChurnDefinition) -> tuple[str, tuple[str, ...]]:
    return (
        f"no `{churn.event}` in the {churn.horizon_days} days after the moment asked about",
        (
            f"Left out as too young: customers who had no `{churn.event}` before the moment asked "
            "about. They have no rhythm yet that could break off.",
            f"By this definition nobody has already left: customers who have had no "
            f"`{churn.event}` for long stay in, with the high probability that their silence "
            "deserves.",
        ),
    )


def _cancellation(churn: ChurnDefinition) -> tuple[str, tuple[str, ...]]:
    return (
        f"`{churn.event}`, or a renewal that does not come, in the {churn.horizon_days} days after "
        "the moment asked about",
        (
            "Left out as too young: customers who had no subscription before the moment asked "
            "about.",
            "Left out as already gone: customers whose subscription had been cancelled, or had run "
            "out, by that moment.",
        ),
    )
