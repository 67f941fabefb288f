"""What a feature family is: its features, the events that they depend on, and their kernel."""

from collections import namedtuple
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from app.compiled.kernel import Part
from app.features.arrays import Numbers
from app.features.feature import Feature
from app.features.known import KnownCustomer
from app.features.workspace import Workspace

Measure: TypeAlias = Part[[KnownCustomer, Workspace, Numbers], None]


@dataclass(frozen=True, slots=True)
class FeatureFamily:
    """Features that belong together, measured by one kernel.

    Attributes
    ----------
    features
        In the order of their columns. All have the same `Feature.family`, which is also the name of
        the family's module.
    reads
        The event groups (see `app.features.kinds`) that the features depend on. An event of any
        other group must change none of them, except by being the customer's first activity
        (`KnownCustomer.joined_at`).
    measure
        A part that takes what is known of one customer, a workspace for as many events, and
        the family's own columns of the customer's row, shape (len(features),). Every column is NaN
        when `measure` is called, so that it only has to write what is not missing. It must not
        write to anything but the row and the workspace, whose content it must not rely on.
    """

    features: tuple[Feature, ...]
    reads: tuple[int, ...]
    measure: Measure

    @property
    def name(self) -> str:
        """What the family is called in the catalogue."""
        return self.features[0].family


def columns_of(features: Sequence[Feature]) -> Any:  # noqa: ANN401 - fields vary with features
    """Return the column of each feature within its family, by name: a named tuple of ints.

    Kernels refer to it as a global, which the compiler takes for a constant, so that
    ``row[COLUMNS.logins_7d]`` costs no more than ``row[0]``.
    """
    names = [feature.name for feature in features]
    columns = namedtuple("columns", names)  # type: ignore[misc]  # noqa: PYI024 - as above
    return columns(*range(len(names)))
