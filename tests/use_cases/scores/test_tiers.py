from app.bundle.answers.tier_columns import NO_TIER
from app.domain.moments import MICROSECONDS_PER_DAY
from app.domain.scores.previous import PreviousAnswer
from app.domain.tiers import TIERS, RiskTier
from app.use_cases.scores.tiers import tier_codes_before
from tests.strategies import AS_OF

BEFORE = AS_OF - 3 * MICROSECONDS_PER_DAY


def test_only_what_stood_before_the_moment_keeps_a_customer():
    previous = {
        "a": PreviousAnswer(BEFORE, 50, RiskTier.HIGH, {}, {}),
        "b": PreviousAnswer(AS_OF, 50, RiskTier.HIGH, {}, {}),
        "c": PreviousAnswer(BEFORE, None, None, {}, {}),
    }
    codes = tier_codes_before(["a", "b", "c", "d"], previous, as_of=AS_OF)
    assert [code == NO_TIER for code in codes] == [False, True, True, True]
    assert TIERS[codes[0]] is RiskTier.HIGH
    assert tier_codes_before(["a"], {}, as_of=AS_OF) is None
