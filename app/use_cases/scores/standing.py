"""What an answer leaves to the next one, as the text that is kept beside it."""

from functools import lru_cache
from typing import Final, TypeAlias

import orjson

from app.domain.assessment import Findings, Risk
from app.domain.moments import format_micros, parse_moment, to_micros
from app.domain.standing import Standing
from app.domain.tiers import RiskTier

_TIERS: Final = {tier.value: tier for tier in RiskTier}


# What a kept answer leaves, hardly read: its moment as text, score and tier (None together where it
# had no risk; all three where there is no answer), and what `numbers_left` takes. A plain tuple,
# since a named one takes as long again as reading it.
Left: TypeAlias = tuple[str | None, int | None, str | None, str]
NOTHING_LEFT: Final[Left] = (None, None, None, "},{}]")


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
    left = _told_apart(text) if text.startswith("{") else text
    as_of, score, tier, signals, interventions = orjson.loads(left)
    return Standing(
        _moment(as_of),
        score,
        None if tier is None else _TIERS[tier],
        {name: _moment(since) for name, since in signals.items()},
        {reason: _moment(since) for reason, since in interventions.items()},
    )


def numbers_left(as_of: str, score: int | None, tier: str | None, *, found: str) -> str:
    """Return what a score without an answer leaves: findings stand as they were last `found`.

    `as_of` is a moment as `format_micros` writes it, `found` comes from `left_by`.
    """
    return f'["{as_of}",{score},"{tier}",{{{found}' if tier else f'["{as_of}",null,null,{{{found}'


def left_by(text: str | None) -> Left:
    """Return what `standing_from` returns, as far as numbers need it; None: there is no answer.

    Lists ask for it a thousand times, and rescoring without answers a million times.
    """
    if text is None:
        return NOTHING_LEFT
    if text[0] == "{":
        text = _told_apart(text)
    numbers, _, found = text.partition(",{")  # neither a moment nor a tier has a brace
    as_of, score, tier = numbers.split(",")
    if tier == "null":
        return as_of[2:-1], None, None, found
    return as_of[2:-1], int(score), tier[1:-1], found


def _told_apart(answer: str) -> str:
    """Return what a whole answer leaves, as `standing_text` writes it."""
    kept = orjson.loads(answer)
    return orjson.dumps((
        kept["as_of"],
        kept["score"],
        kept["tier"],
        {each["signal"]: each["since"] for each in kept["signals"]},
        {each["reason"]: each["since"] for each in kept["interventions"]},
    )).decode()


# Those who were scored together share most of their moments.
@lru_cache(maxsize=4096)
def _moment(text: str) -> int:
    return to_micros(parse_moment(text))
