"""What a document consists of.

In `Paragraph`, `Bullets` and `Note` two signs have a meaning: ``**bold**`` and `` `code` ``. Names
that come from somebody's data belong into cells of tables, which are plain text; where one must
stand in a sentence it goes through `quoted`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

LONGEST_QUOTE = 80


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of text."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """Short statements, each a sentence."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the reader must not miss."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of plain text; the first column names the row, the others are right-aligned numbers."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.header):
                raise ValueError(
                    f"table {self.title!r} has {len(self.header)} columns, got a row of {len(row)}"
                )


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing (a whole ``<svg>`` element), what it shows in a sentence, and its numbers.

    Markdown shows the numbers alone; `table` is None where a table of the section has them.
    """

    svg: str
    caption: str
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures that belong beside each other."""

    figures: tuple[Figure, ...]


Block = Paragraph | Bullets | Note | Table | Figure | Figures


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Highlight:
    """One number that the reader looks for first, with what it means."""

    label: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Document:
    """A title, what stands before the first section, and the sections."""

    title: str
    lead: tuple[Block, ...]
    highlights: tuple[Highlight, ...]
    sections: tuple[Section, ...]


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Return the table of any sequences."""
    return Table(title, tuple(header), tuple(tuple(row) for row in rows))


def quoted(name: str) -> str:
    """Return somebody's name for a thing without the signs that have a meaning in a sentence."""
    clean = re.sub(r"[^\w .,:/@+'-]", "_", name)
    return clean[:LONGEST_QUOTE]
