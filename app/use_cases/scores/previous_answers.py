"""Previous answers: what the next answer needs to know, as text that is stored beside each answer.

The text is a JSON array: the moment, score, tier, and since when each signal and each intervention
has lasted. Answers stored before there was such a text are read as a whole.
"""

from functools import lru_cache, partial
from typing import Final, NamedTuple

import orjson

from app.domain.moments import format_micros, parse_moment, to_micros
from app.domain.scores.findings import Findings
from app.domain.scores.previous import PreviousAnswer
from app.domain.scores.risk import Risk
from app.domain.tiers import RiskTier

_TIERS: Final = {tier.value: tier for tier in RiskTier}


class PreviousNumbers(NamedTuple):
    """A previous answer as far as numbers need it, most of it still text.

    `score` and `tier` are None together where the answer had no risk; `at` too where there is no
    answer. `findings` is what `write_previous_numbers` takes.
    """

    at: str | None  # as `format_micros` writes it
    score: int | None
    tier: str | None
    findings: str


# What `PreviousNumbers._make` does, in half the time: rescoring reads a million of them.
_numbers_of: Final = partial(tuple.__new__, PreviousNumbers)
NO_PREVIOUS: Final = PreviousNumbers(None, None, None, "},{}]")


def write_previous(as_of: int, risk: Risk | None, findings: Findings) -> str:
    """Return what the next answer needs to know of one as of a moment (microseconds)."""
    return orjson.dumps((
        format_micros(as_of),
        risk and risk.score,
        risk and str(risk.tier),
        {each.name: format_micros(each.since) for each in findings.signals},
        {each.reason: format_micros(each.since) for each in findings.interventions},
    )).decode()


def read_previous(text: str) -> PreviousAnswer:
    """Return the previous answer that a stored text describes."""
    summary = _summary(text) if text[0] == "{" else text
    as_of, score, tier, signals, interventions = orjson.loads(summary)
    return PreviousAnswer(
        _moment(as_of),
        score,
        None if tier is None else _TIERS[tier],
        {name: _moment(since) for name, since in signals.items()},
        {reason: _moment(since) for reason, since in interventions.items()},
    )


def write_previous_numbers(
    as_of: str, score: int | None, tier: str | None, *, findings: str
) -> str:
    """Return what `write_previous` would for a score without an answer: its findings stay.

    `as_of` is a moment as `format_micros` writes it, `findings` comes from `read_previous_numbers`.
    """
    if tier is None:
        return f'["{as_of}",null,null,{{{findings}'
    return f'["{as_of}",{score},"{tier}",{{{findings}'


def read_previous_numbers(text: str | None) -> PreviousNumbers:
    """Return what `read_previous` would, as far as numbers need it; None: there is no answer.

    The text is cut and not parsed: lists ask for it a thousand times, and rescoring without answers
    a million times.
    """
    if text is None:
        return NO_PREVIOUS
    if text[0] == "{":
        text = _summary(text)
    numbers, _, findings = text.partition(",{")  # neither a moment nor a tier has a brace
    as_of, score, tier = numbers.split(",")
    if tier == "null":
        return _numbers_of((as_of[2:-1], None, None, findings))
    return _numbers_of((as_of[2:-1], int(score), tier[1:-1], findings))


def _summary(text: str) -> str:
    """Return what `write_previous` would have written beside a whole answer."""
    answer = orjson.loads(text)
    return orjson.dumps((
        answer["as_of"],
        answer["score"],
        answer["tier"],
        {each["signal"]: each["since"] for each in answer["signals"]},
        {each["reason"]: each["since"] for each in answer["interventions"]},
    )).decode()


# Those who were scored together share most of their moments.
@lru_cache(maxsize=4096)
def _moment(text: str) -> int:
    return to_micros(parse_moment(text))
