"""The folder of a bundle: its manifest, writing it, and reading it without trusting it."""
