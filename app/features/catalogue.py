"""Every feature, in the order of the columns, and the fingerprint of what they mean."""

import hashlib
import json
from collections.abc import Mapping
from types import MappingProxyType

from app.features.families import (
    channels,
    logins,
    messages,
    notices,
    onboarding,
    orders,
    others,
    payments,
    returns,
    spend,
    subscription,
    support,
    surveys,
    tenure,
    usage,
)
from app.features.feature import Feature
from app.features.sentences import sentence

__all__ = ["CATALOGUE", "FEATURE_INDEX", "FEATURE_NAMES", "FINGERPRINT", "Feature", "sentence"]

# Raise it whenever a kernel computes another number for the same history: a bundle trained on the
# old meaning must be refused. A test holds the numbers of a fixed history against it.
MEANING_VERSION = 1

_FAMILIES = (
    logins.FEATURES,
    usage.FEATURES,
    orders.FEATURES,
    spend.FEATURES,
    returns.FEATURES,
    support.FEATURES,
    subscription.FEATURES,
    payments.FEATURES,
    messages.FEATURES,
    surveys.FEATURES,
    onboarding.FEATURES,
    channels.FEATURES,
    tenure.FEATURES,
    notices.FEATURES,
    others.FEATURES,
)

CATALOGUE: tuple[Feature, ...] = tuple(feature for family in _FAMILIES for feature in family)
FEATURE_NAMES: tuple[str, ...] = tuple(feature.name for feature in CATALOGUE)
FEATURE_INDEX: Mapping[str, int] = MappingProxyType({n: i for i, n in enumerate(FEATURE_NAMES)})


def first_column(family: tuple[Feature, ...]) -> int:
    """Return the column of a family's first feature; the others follow it."""
    return FEATURE_INDEX[family[0].name]


def _fingerprint() -> str:
    meaning = [[f.name, f.family, f.unit, f.window, f.missing] for f in CATALOGUE]
    text = json.dumps([MEANING_VERSION, meaning], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


FINGERPRINT: str = _fingerprint()
