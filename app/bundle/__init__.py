"""The trained model with its manifest: read, verified, applied."""
