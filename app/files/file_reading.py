"""How the columns of a file are to be understood."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FileReading:
    """What a person says of a file that the file does not say itself.

    Attributes
    ----------
    mapping
        From the file's column to our field; a column with a field's name needs no entry.
    constants
        From our field to the value that it has in all rows.
    timezone
        Where moments without a zone were written; without it such rows are refused.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    timezone: str | None = None

    def of_other_columns(self) -> "FileReading":
        """Return the reading of a file from the same place that has other columns."""
        return FileReading(timezone=self.timezone)


AS_IT_STANDS = FileReading()  # columns have our names, moments have zones
