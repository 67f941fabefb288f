"""A document as Markdown."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from app.documents.blocks import (
    Block,
    Bullets,
    Document,
    Figure,
    Figures,
    Highlight,
    Note,
    Paragraph,
    Section,
    Table,
)

# Signs that would end a cell, begin a tag, a link or a style: what customers named must not.
_SPECIAL: Final = re.compile(r"([\\|`*_<>\[\]&])")


def markdown_of(document: Document) -> str:
    """Return the document as Markdown; the same document gives the same text."""
    parts = [f"# {document.title}", *map(_block, document.lead)]
    if document.highlights:
        parts.append(_highlights(document.highlights))
    parts += map(_section, document.sections)
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(section: Section) -> str:
    return "\n\n".join([f"## {section.title}", *filter(None, map(_block, section.blocks))])


def _highlights(highlights: Sequence[Highlight]) -> str:
    rows = [(h.label, h.value, h.note) for h in highlights]
    return _lines(("figure", "value", "meaning"), rows)


def _block(block: Block) -> str:
    if isinstance(block, Paragraph):
        return block.text
    if isinstance(block, Note):
        return f"> **Note:** {block.text}"
    if isinstance(block, Bullets):
        return "\n".join(f"- {item}" for item in block.items)
    if isinstance(block, Table):
        return _table(block)
    figures = block.figures if isinstance(block, Figures) else (block,)
    return "\n\n".join(filter(None, map(_figure, figures)))


def _figure(figure: Figure) -> str:
    if figure.table is None:
        return ""
    return f"{figure.caption}\n\n{_table(figure.table)}"


def _table(table: Table) -> str:
    return _lines(table.header, table.rows)


def _lines(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *["--:"] * (len(header) - 1)]
    lines = [_cells(header, _plain), _cells(rule, str), *(_cells(row, _plain) for row in rows)]
    return "\n".join(lines)


def _cells(cells: Sequence[str], write: Callable[[str], str]) -> str:
    return "| " + " | ".join(write(cell) for cell in cells) + " |"


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
