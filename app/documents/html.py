"""A document as one web page that needs nothing else: no script, no font, no address."""

import base64
import hashlib
import re
from collections.abc import Sequence
from html import escape

from app.documents.blocks import (
    Block,
    Bullets,
    Document,
    Figure,
    Highlight,
    Note,
    Paragraph,
    Section,
    Table,
)
from app.documents.style import STYLE

_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
# The page itself refuses whatever is not its own style sheet, wherever it is opened from.
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"


def html_of(document: Document) -> str:
    """Return the document as a page; the same document gives the same text."""
    parts = [
        "<header>",
        f"<h1>{escape(document.title)}</h1>",
        *map(_block, document.lead),
        "</header>",
        _highlights(document.highlights),
        _contents(document.sections),
        *map(_section, document.sections),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8"/>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"/>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
        '<meta name="color-scheme" content="light dark"/>\n'
        f"<title>{escape(document.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        "<main>\n" + "\n".join(filter(None, parts)) + "\n</main>\n</body>\n</html>\n"
    )


def _highlights(highlights: Sequence[Highlight]) -> str:
    if not highlights:
        return ""
    tiles = "\n".join(
        f"<div><dt>{escape(h.label)}</dt><dd>{escape(h.value)}<span>{escape(h.note)}</span></dd>"
        "</div>"
        for h in highlights
    )
    return f'<dl class="highlights">\n{tiles}\n</dl>'


def _contents(sections: Sequence[Section]) -> str:
    links = "\n".join(
        f'<li><a href="#{_anchor(section.title)}">{escape(section.title)}</a></li>'
        for section in sections
    )
    return f'<nav aria-label="Contents">\n<ol>\n{links}\n</ol>\n</nav>' if links else ""


def _section(section: Section) -> str:
    anchor = _anchor(section.title)
    blocks = "\n".join(map(_block, section.blocks))
    return (
        f'<section aria-labelledby="{anchor}">\n<h2 id="{anchor}">{escape(section.title)}</h2>\n'
        f"{blocks}\n</section>"
    )


def _block(block: Block) -> str:
    if isinstance(block, Paragraph):
        return f"<p>{_inline(block.text)}</p>"
    if isinstance(block, Note):
        return f'<p class="note" role="note">{_inline(block.text)}</p>'
    if isinstance(block, Bullets):
        return "<ul>\n" + "\n".join(f"<li>{_inline(i)}</li>" for i in block.items) + "\n</ul>"
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Figure):
        return _figure(block)
    return f'<div class="figures">\n{"".join(map(_figure, block.figures))}</div>'


def _figure(figure: Figure) -> str:
    """Return the drawing over its caption, and where it stands alone its numbers beside it."""
    drawn = f"<figure>\n{figure.svg}\n<figcaption>{_inline(figure.caption)}</figcaption>\n</figure>"
    if figure.table is None:
        return drawn + "\n"
    return f'<div class="figures">\n{drawn}\n{_table(figure.table)}\n</div>\n'


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.header)
    body = "\n".join(map(_row, table.rows))
    return (
        f'<div class="wide"><table>\n<caption>{escape(table.title)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>"
    )


def _row(cells: Sequence[str]) -> str:
    first, *others = cells
    numbers = "".join(f"<td>{escape(cell)}</td>" for cell in others)
    return f'<tr><th scope="row">{escape(first)}</th>{numbers}</tr>'


def _inline(text: str) -> str:
    safe = escape(text)
    safe = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", safe)
    return re.sub(r"`(.+?)`", r"<code>\1</code>", safe)


def _anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
