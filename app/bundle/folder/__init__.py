"""The folder of a bundle: its manifest, how it is written, and how it is read without trusting it."""
