"""A document with one of everything, in which a name from customers' data appears everywhere."""

from app.documents.document import (
    Bullets,
    Document,
    Figure,
    FigureGroup,
    Highlight,
    Note,
    Paragraph,
    Section,
    table,
)
from app.documents.plots.axes import percent_axis
from app.documents.plots.xy_plot import draw_plot

HOSTILE_NAME = '<script>alert("1")</script> | [x](http://evil.example) `*_ & \n| a'


def a_document(name="Basic") -> Document:
    axis = percent_axis("share")
    numbers = table("By plan", ("plan", "churned"), [(name, "10 %")])
    svg = draw_plot(f"Plan {name}", f"How {name} does", axis, axis, [])
    return Document(
        "A review",
        (Paragraph("Some **bold** and `code`."), Note("Mind this.")),
        (Highlight("AUC", "0.8", "good"),),
        (
            Section(
                "First part", (Bullets(("one", "two")), Figure(svg, "A caption", numbers), numbers)
            ),
            Section("Second part", (FigureGroup((Figure(svg, "Again"),)),)),
        ),
    )
