"""What to know about a bundle before believing its answers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BundleWarning:
    """One reason to trust the answers of a bundle less; `code` for programs, `text` for people.

    Codes: ``drifted`` (the customers are no longer those it learned from), ``miscalibrated`` (what
    it said did not happen), ``fallback`` (it had too little to learn from) and ``stale`` (it or
    the log is too old).
    """

    code: str
    text: str

    def __post_init__(self) -> None:
        if not self.code or not self.text:
            raise ValueError(f"a warning needs a code and a text, got {self.code!r}, {self.text!r}")
