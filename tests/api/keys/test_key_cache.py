from app.api.keys.key_cache import CACHE_SECONDS, KeyCache
from app.use_cases.keys.verify import VerifiedKey


def test_a_verified_key_is_cached_for_a_few_seconds_and_no_longer():
    asked = []
    clock = [0.0]

    def verify(token):
        asked.append(token)
        return VerifiedKey("k", frozenset()) if token == "good" else None

    cache = KeyCache(verify, clock=lambda: clock[0])
    assert cache.cached("good") is None
    cache.verified("good")
    clock[0] = CACHE_SECONDS - 0.01
    assert cache.cached("good") is not None
    clock[0] = CACHE_SECONDS
    assert cache.cached("good") is None


def test_an_unknown_token_is_looked_up_every_time():
    asked = []
    cache = KeyCache(asked.append)  # append returns None, as for a token that is no key

    cache.verified("bad")
    cache.verified("bad")

    assert cache.cached("bad") is None
    assert asked == ["bad", "bad"]
