"""What a bundle's numbers rest on: labels of the log, rhythm alone, or numbers from elsewhere."""

from enum import StrEnum

from app.domain.warnings import BundleWarning


class Basis(StrEnum):
    """How a bundle knows; whatever is not `LEARNED` is a fallback, and every answer says so."""

    LEARNED = "learned"  # label windows of the whole horizon have closed
    RHYTHM = "rhythm"  # none has: rhythm carries what shorter windows show to the horizon
    PRIOR = "prior"  # too little to learn from: published parameters, moved by what was seen


def warnings_of(basis: Basis) -> tuple[BundleWarning, ...]:
    """Return what everybody must know who reads an answer with this basis."""
    text = _FALLBACKS.get(basis)
    return () if text is None else (BundleWarning("fallback", text),)


_FALLBACKS = {
    Basis.RHYTHM: "The log is shorter than the horizon: churn is carried over from shorter windows "
    "by the rhythm of the event alone.",
    Basis.PRIOR: "There was too little to learn from: the probabilities rest on rhythms published "
    "for another business, moved by what was seen here. Rank by them; do not rely on their level.",
}
