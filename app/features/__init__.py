"""What we measure about a customer, as of a moment."""
