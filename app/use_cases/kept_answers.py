"""What an answer leaves to the next one, as the text that is kept beside it."""

from functools import lru_cache

import orjson

from app.domain.assessment import Findings, Risk
from app.domain.moments import format_micros, parse_moment, to_micros
from app.domain.standing import Standing
from app.domain.tiers import RiskTier


def standing_text(as_of: int, risk: Risk | None, findings: Findings) -> bytes:
    """Return what an answer as of a moment (microseconds) leaves, as `standing_from` reads it."""
    return orjson.dumps((
        format_micros(as_of),
        risk and risk.score,
        risk and str(risk.tier),
        {each["signal"]: each["since"] for each in findings.signals},
        {each["reason"]: each["since"] for each in findings.interventions},
    ))


def standing_from(text: str) -> Standing:
    """Return what a kept answer leaves to the next one.

    Answers from before their standing was kept are read as a whole.
    """
    kept = orjson.loads(text)
    if isinstance(kept, dict):
        kept = (
            kept["as_of"],
            kept["score"],
            kept["tier"],
            {each["signal"]: each["since"] for each in kept["signals"]},
            {each["reason"]: each["since"] for each in kept["interventions"]},
        )
    as_of, score, tier, signals, interventions = kept
    return Standing(
        as_of=_moment(as_of),
        score=score,
        tier=None if tier is None else RiskTier(tier),
        signals={name: _moment(since) for name, since in signals.items()},
        interventions={reason: _moment(since) for reason, since in interventions.items()},
    )


# Those who were scored together share most of their moments.
@lru_cache(maxsize=4096)
def _moment(text: str) -> int:
    return to_micros(parse_moment(text))
