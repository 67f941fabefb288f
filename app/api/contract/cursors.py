"""Opaque cursors: where the next page of a listing starts, bound to the listing and its filters."""

import base64
import hashlib
from collections.abc import Sequence

import orjson

from app.domain.errors import InvalidCursor

MAX_CHARACTERS = 1000
_DIGEST_BYTES = 8


def encode(listing: str, position: Sequence[str | int]) -> str:
    """Return the cursor of the page after `position` in `listing` (its name and its filters)."""
    payload = orjson.dumps(list(position))
    return base64.urlsafe_b64encode(_digest(listing, payload) + payload).decode().rstrip("=")


def decode(cursor: str, listing: str, *, kinds: Sequence[type[str] | type[int]]) -> list[str | int]:
    """Return the position that a cursor of `listing` stands for; its parts have these `kinds`.

    Raises
    ------
    InvalidCursor
        If the cursor was not issued for this listing with these filters.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        position = list(orjson.loads(raw[_DIGEST_BYTES:]))
        # A position must have exactly one cursor; base64 itself lets the last bits of a text vary.
        if [type(part) for part in position] != list(kinds) or encode(listing, position) != cursor:
            raise ValueError("not of this listing")  # noqa: TRY301 - one reason for all
    except (ValueError, TypeError):
        raise InvalidCursor(
            "the cursor does not belong to this listing and its filters: start again without one"
        ) from None
    return position


def _digest(listing: str, payload: bytes) -> bytes:
    key = hashlib.blake2b(listing.encode(), digest_size=32).digest()
    return hashlib.blake2b(payload, digest_size=_DIGEST_BYTES, key=key).digest()
