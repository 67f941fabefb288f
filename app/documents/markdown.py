"""Write a document as Markdown, with tables in place of plots."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from app.documents.document import (
    Block,
    Bullets,
    Document,
    Figure,
    FigureGroup,
    Highlight,
    Note,
    Paragraph,
    Section,
    Table,
)

# Cells hold names from customers' data, which must not end their cell or begin a tag or a link.
_MARKUP: Final = re.compile(r"([\\|`*_<>\[\]&])")


def render_markdown(document: Document) -> str:
    """Return the document as Markdown; equal documents give equal texts."""
    parts = [f"# {document.title}", *map(_block, document.lead)]
    if document.highlights:
        parts.append(_highlights(document.highlights))
    parts += map(_section, document.sections)
    return "\n\n".join(filter(None, parts)) + "\n"


def _block(block: Block) -> str:
    match block:
        case Paragraph(text):
            return text
        case Note(text):
            return f"> **Note:** {text}"
        case Bullets(items):
            return "\n".join(f"- {item}" for item in items)
        case Table(_, header, rows):
            return _table(header, rows)
        case Figure():
            return _figure(block)
        case FigureGroup(figures):
            return "\n\n".join(filter(None, map(_figure, figures)))


def _figure(figure: Figure) -> str:
    if figure.table is None:
        return ""
    return f"{figure.caption}\n\n{_table(figure.table.header, figure.table.rows)}"


def _highlights(highlights: Sequence[Highlight]) -> str:
    rows = [(each.label, each.value, each.note) for each in highlights]
    return _table(("figure", "value", "meaning"), rows)


def _section(section: Section) -> str:
    return "\n\n".join([f"## {section.title}", *filter(None, map(_block, section.blocks))])


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    alignment = ["---", *["--:"] * (len(header) - 1)]
    lines = [_line(header, _escape), _line(alignment, str)]
    return "\n".join([*lines, *(_line(row, _escape) for row in rows)])


def _line(cells: Sequence[str], write: Callable[[str], str]) -> str:
    return "| " + " | ".join(map(write, cells)) + " |"


def _escape(text: str) -> str:
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
