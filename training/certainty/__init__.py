"""How sure a probability is, and which customers are unusual."""
