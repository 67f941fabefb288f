"""A kept answer, read back as far as the next one is compared with it."""

from functools import lru_cache

import orjson

from app.domain.moments import parse_moment, to_micros
from app.domain.standing import Standing
from app.domain.tiers import RiskTier


def standing_from(text: str) -> Standing:
    """Return what a kept answer (JSON) leaves to the next one."""
    answer = orjson.loads(text)
    tier = answer["tier"]
    return Standing(
        as_of=_moment(answer["as_of"]),
        score=answer["score"],
        tier=None if tier is None else RiskTier(tier),
        signals={each["signal"]: _moment(each["since"]) for each in answer["signals"]},
        interventions={each["reason"]: _moment(each["since"]) for each in answer["interventions"]},
    )


# Those who were scored together share most of their moments.
@lru_cache(maxsize=4096)
def _moment(text: str) -> int:
    return to_micros(parse_moment(text))
