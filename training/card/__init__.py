"""The card of a bundle, and of a fallback."""
