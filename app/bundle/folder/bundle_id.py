"""Ids of bundles, which are also the names of their folders."""

import re
from typing import Final

from app.domain.errors import BundleRefused

BUNDLE_ID_LENGTH: Final = 16  # hex digits: 64 bits are enough for a shelf, and short enough to read

_BUNDLE_ID: Final = re.compile(rf"[0-9a-f]{{{BUNDLE_ID_LENGTH}}}")


def validate_bundle_id(bundle_id: str) -> str:
    """Return `bundle_id` if it consists of hex digits, which makes it safe as a part of a path.

    Raises
    ------
    BundleRefused
        If it is anything else.
    """
    if not _BUNDLE_ID.fullmatch(bundle_id):
        raise BundleRefused(
            f"{bundle_id!r:.80} is not a bundle id: expected {BUNDLE_ID_LENGTH} hex digits, as "
            "`holdfast models list` shows them"
        )
    return bundle_id
