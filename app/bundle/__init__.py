"""A bundle: a trained model with its manifest, on disk and in memory."""
