"""Bundles: which one answers, what its numbers rest on, and what to know before believing them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class BundleIdentity:
    """Which bundle answers: its id, the end of what it learned from, and its features."""

    id: str
    trained_until: datetime
    feature_hash: str


@dataclass(frozen=True, slots=True)
class BundleWarning:
    """One reason to trust the answers of a bundle less; `code` for programs, `text` for people.

    Codes: ``drifted`` (its customers are no longer like those it learned from), ``miscalibrated``
    (its predictions did not come true), ``fallback`` (it had too little data to learn from),
    ``stale`` (the bundle or the log is too old) and ``hindsight`` (it learned from what came after
    the moment asked about).
    """

    code: str
    text: str

    def __post_init__(self) -> None:
        if not self.code or not self.text:
            raise ValueError(f"a warning needs a code and a text, got {self.code!r}, {self.text!r}")


class Basis(StrEnum):
    """What a bundle's numbers rest on. Every answer says so; all but `LEARNED` are fallbacks."""

    LEARNED = "learned"  # labels of the log: windows of the whole horizon have closed
    RHYTHM = "rhythm"  # no window has closed yet: the event's rhythm extends shorter windows
    PRIOR = "prior"  # too little to learn from: published parameters, adjusted to what was seen


def warnings_of(basis: Basis) -> tuple[BundleWarning, ...]:
    """Return what everybody who reads an answer with this basis must know."""
    text = _FALLBACKS.get(basis)
    return () if text is None else (BundleWarning("fallback", text),)


_FALLBACKS = {
    Basis.RHYTHM: "The log is shorter than the horizon: churn is carried over from shorter windows "
    "by the rhythm of the event alone.",
    Basis.PRIOR: "There was too little to learn from: the probabilities rest on rhythms published "
    "for another business, moved by what was seen here. Rank by them; do not rely on their level.",
}
