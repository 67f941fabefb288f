"""Every feature, in the order of the columns, and the fingerprint of what they mean."""

import hashlib
import json
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from app.features.family import FeatureFamily
from app.features.feature import Feature

# Raise it whenever a kernel computes another number for the same history: a bundle trained on the
# old meaning must be refused. A test compares the numbers of a fixed history.
MEANING_VERSION = 1

# Modules of `app.features.families`, each with a `FAMILY`, in the order of their columns. To add a
# family, add its file there and its name here, at the end.
_FAMILY_NAMES = (
    "logins",
    "usage",
    "orders",
    "spend",
    "returns",
    "support",
    "subscription",
    "payments",
    "messages",
    "surveys",
    "onboarding",
    "channels",
    "tenure",
    "notices",
    "others",
)

FAMILIES: tuple[FeatureFamily, ...] = tuple(
    import_module(f"app.features.families.{name}").FAMILY for name in _FAMILY_NAMES
)
CATALOGUE: tuple[Feature, ...] = tuple(f for family in FAMILIES for f in family.features)
FEATURE_NAMES: tuple[str, ...] = tuple(feature.name for feature in CATALOGUE)
FEATURE_INDEX: Mapping[str, int] = MappingProxyType({n: i for i, n in enumerate(FEATURE_NAMES)})


def _fingerprint() -> str:
    meaning = [[f.name, f.family, f.unit, f.window, f.missing] for f in CATALOGUE]
    text = json.dumps([MEANING_VERSION, meaning], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


FINGERPRINT: str = _fingerprint()
