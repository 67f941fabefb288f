"""How certain a probability is, and which customers are unusual."""
