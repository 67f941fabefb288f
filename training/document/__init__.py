"""Cards and evaluations as documents: written once, read as Markdown or as a web page."""
