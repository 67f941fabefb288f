"""What a document contains: sections of paragraphs, lists, notes, tables and figures.

The texts of `Paragraph`, `Bullets`, `Note` and captions may contain ``**bold**`` and `` `code` ``.
Everything else is plain text, which the writers escape. Names that come from customers' data must
go into the cells of a `Table`; where one has to appear in a sentence, `safe_name` removes what
would be markup there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

MAX_NAME_LENGTH: Final = 80


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of text."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of short statements, each a sentence."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A warning that the reader must not miss."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of plain text: the first column names each row, the others are aligned to the right."""

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
    """A plot with its caption.

    Attributes
    ----------
    svg : a whole ``<svg>`` element, as the functions of `app.documents.plots` return it.
    caption : what the plot shows, in a sentence.
    table : the numbers behind the plot, which Markdown shows in its place. None if another table of
        the section already has them; Markdown then leaves the figure out.
    """

    svg: str
    caption: str
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class FigureGroup:
    """Figures that are placed side by side where the page is wide enough."""

    figures: tuple[Figure, ...]


Block = Paragraph | Bullets | Note | Table | Figure | FigureGroup


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with the blocks below it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Highlight:
    """A number that the reader looks for first, with a short note on what it means."""

    label: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document: its title, what comes before the first section, and the sections."""

    title: str
    lead: tuple[Block, ...]
    highlights: tuple[Highlight, ...]
    sections: tuple[Section, ...]


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Return a `Table` made of any sequences."""
    return Table(title, tuple(header), tuple(tuple(row) for row in rows))


def safe_name(name: str) -> str:
    """Return a name from customers' data without the characters that are markup in a sentence."""
    return re.sub(r"[^\w .,:/@+'-]", "_", name)[:MAX_NAME_LENGTH]
