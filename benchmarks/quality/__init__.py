"""How good the probabilities are, beside those of peers, on the same rows."""
