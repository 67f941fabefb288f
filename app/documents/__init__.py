"""Documents as data, which become Markdown or one self-contained HTML page.

Build a `Document` out of sections and blocks, then render it; nothing else is needed::

    >>> from app.documents.document import Document, Paragraph, Section, table
    >>> from app.documents.markdown import render_markdown
    >>> churn = table("By plan", ("plan", "churned"), [("Basic", "12 %"), ("Pro", "3 %")])
    >>> section = Section("Churn", (Paragraph("**Basic** churns four times as often."), churn))
    >>> print(render_markdown(Document("May 2026", (), (), (section,))), end="")
    # May 2026
    <BLANKLINE>
    ## Churn
    <BLANKLINE>
    **Basic** churns four times as often.
    <BLANKLINE>
    | plan | churned |
    | --- | --: |
    | Basic | 12 % |
    | Pro | 3 % |

`app.documents.html.render_html` makes a page of the same document. `app.documents.document` says
what a document can contain, `app.documents.plots` draws the figures, and
`app.documents.formatting` writes numbers, dates and intervals.
"""
