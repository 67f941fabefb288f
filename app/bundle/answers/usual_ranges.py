"""The usual range of each feature in the population of the training, as the manifest holds it."""

import math
from dataclasses import dataclass

from app.bundle.json_object import JsonObject


@dataclass(frozen=True, slots=True)
class UsualRanges:
    """The usual range of each feature, in the order of the bundle's features.

    Attributes
    ----------
    lower, upper : floats
        Values below or above are unusual; NaN = not bounded on this side.
    never_missing, never_present : names of features
        Features of which a missing value is unusual, or any value is.
    """

    lower: tuple[float, ...]
    upper: tuple[float, ...]
    never_missing: tuple[str, ...]
    never_present: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.lower) != len(self.upper):
            raise ValueError("usual ranges need as many lower as upper ends")
        if any(a > b for a, b in zip(self.lower, self.upper, strict=True)):
            raise ValueError("the lower end of a usual range must not lie above its upper end")

    def as_json(self) -> dict[str, object]:
        """Return the section `support` of the manifest."""
        return {
            "lower": [None if math.isnan(value) else value for value in self.lower],
            "upper": [None if math.isnan(value) else value for value in self.upper],
            "never_missing": list(self.never_missing),
            "never_present": list(self.never_present),
        }


def read_usual_ranges(fields: JsonObject) -> UsualRanges:
    """Return what `as_json` wrote; `BundleRefused` or `ValueError` if it is anything else."""
    fields.allow_only("lower", "upper", "never_missing", "never_present")
    return UsualRanges(
        lower=fields.numbers_or_nan("lower"),
        upper=fields.numbers_or_nan("upper"),
        never_missing=fields.strings("never_missing"),
        never_present=fields.strings("never_present"),
    )
