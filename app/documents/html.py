"""Write a document as one HTML page that loads nothing: no script, no font, no other address."""

import base64
import hashlib
import re
from collections.abc import Sequence
from html import escape
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
from app.documents.style import STYLE

_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
# Wherever the page is opened from, the browser must refuse everything but the page's own style.
_CONTENT_SECURITY_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'"
)


def render_html(document: Document) -> str:
    """Return the document as an HTML page; equal documents give equal pages."""
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
        f'<meta http-equiv="Content-Security-Policy" content="{_CONTENT_SECURITY_POLICY}"/>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
        '<meta name="color-scheme" content="light dark"/>\n'
        f"<title>{escape(document.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        "<main>\n" + "\n".join(filter(None, parts)) + "\n</main>\n</body>\n</html>\n"
    )


def _block(block: Block) -> str:
    match block:
        case Paragraph(text):
            return f"<p>{_inline(text)}</p>"
        case Note(text):
            return f'<p class="note" role="note">{_inline(text)}</p>'
        case Bullets(items):
            return "<ul>\n" + "\n".join(f"<li>{_inline(item)}</li>" for item in items) + "\n</ul>"
        case Table():
            return _table(block)
        case Figure():
            return _figure(block)
        case FigureGroup(figures):
            return f'<div class="figures">\n{"".join(map(_figure, figures))}</div>'


def _figure(figure: Figure) -> str:
    """Return the plot above its caption, and beside both the table, if there is one."""
    drawn = f"<figure>\n{figure.svg}\n<figcaption>{_inline(figure.caption)}</figcaption>\n</figure>"
    if figure.table is None:
        return drawn + "\n"
    return f'<div class="figures">\n{drawn}\n{_table(figure.table)}\n</div>\n'


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.header)
    body = "\n".join(map(_table_row, table.rows))
    return (
        f'<div class="wide"><table>\n<caption>{escape(table.title)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>"
    )


def _table_row(cells: Sequence[str]) -> str:
    first, *others = cells
    numbers = "".join(f"<td>{escape(cell)}</td>" for cell in others)
    return f'<tr><th scope="row">{escape(first)}</th>{numbers}</tr>'


def _highlights(highlights: Sequence[Highlight]) -> str:
    if not highlights:
        return ""
    tiles = "\n".join(
        f"<div><dt>{escape(each.label)}</dt>"
        f"<dd>{escape(each.value)}<span>{escape(each.note)}</span></dd></div>"
        for each in highlights
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


def _inline(text: str) -> str:
    safe = escape(text)
    safe = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", safe)
    return re.sub(r"`(.+?)`", r"<code>\1</code>", safe)


def _anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
