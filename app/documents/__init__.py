"""Documents as data: sections that become Markdown or one HTML page."""
