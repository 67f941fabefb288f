"""Features: the numbers that we measure about a customer as of a moment."""
