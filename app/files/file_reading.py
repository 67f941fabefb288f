"""How to interpret the columns of a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FileReading:
    """What the user says about a file because the file does not say it itself.

    Attributes
    ----------
    mapping
        From the file's column to our field; a column named like one of our fields needs no entry.
    constants
        From our field to the value that it has in all rows.
    timezone
        The zone of moments that are written without one; if None, such rows are rejected.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    timezone: str | None = None

    def for_customer_file(self) -> "FileReading":
        """Return the same time zone without the mapping and constants of the activity columns."""
        return FileReading(timezone=self.timezone)


DEFAULT_READING = FileReading()  # the columns have our names, the moments have zones
