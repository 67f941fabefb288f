"""Keys that were verified moments ago, so that most requests need not ask the database again."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from app.use_cases.keys.verify import VerifiedKey

CACHE_SECONDS: Final = 5.0  # a revoked key works for at most this much longer
CACHE_SIZE: Final = 1000


class KeyCache:
    """Verified keys, cached for a few seconds by the hash of their token.

    Unknown tokens must not be cached: a key works from the moment it is created.
    """

    def __init__(
        self,
        verify: Callable[[str], VerifiedKey | None],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._verify = verify
        self._clock = clock
        self._cached: OrderedDict[bytes, tuple[float, VerifiedKey]] = OrderedDict()

    def cached(self, token: str) -> VerifiedKey | None:
        """Return the key of a token that was verified moments ago, otherwise None."""
        found = self._cached.get(_hash(token))
        if found is None:
            return None
        expires_at, key = found
        return key if expires_at > self._clock() else None

    def verified(self, token: str) -> VerifiedKey | None:
        """Ask the database for the key of a token and cache it; None: no such key."""
        key = self._verify(token)
        if key is None:
            self._cached.pop(_hash(token), None)
            return None
        self._cached[_hash(token)] = (self._clock() + CACHE_SECONDS, key)
        while len(self._cached) > CACHE_SIZE:
            self._cached.popitem(last=False)
        return key


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
