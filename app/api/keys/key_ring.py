"""Keys that were verified a moment ago: most requests need not ask the database again."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from app.use_cases.keys.manage import VerifiedKey

CACHE_SECONDS: Final = 5.0  # a revoked key works at most this much longer
CACHE_SIZE: Final = 1000


class KeyRing:
    """Verified keys, remembered for a few seconds under the hash of the token.

    Unknown tokens are not remembered: a key works from the moment it is made.
    """

    def __init__(
        self,
        verify: Callable[[str], VerifiedKey | None],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._verify = verify
        self._clock = clock
        self._known: OrderedDict[bytes, tuple[float, VerifiedKey]] = OrderedDict()

    def remembered(self, token: str) -> VerifiedKey | None:
        """Return the key of a token that was verified a moment ago."""
        found = self._known.get(_name(token))
        return found[1] if found is not None and found[0] > self._clock() else None

    def verified(self, token: str) -> VerifiedKey | None:
        """Ask the database for the key of a token, and remember it."""
        key = self._verify(token)
        if key is None:
            self._known.pop(_name(token), None)
            return None
        self._known[_name(token)] = (self._clock() + CACHE_SECONDS, key)
        while len(self._known) > CACHE_SIZE:
            self._known.popitem(last=False)
        return key


def _name(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
