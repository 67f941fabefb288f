"""Record what customers did."""
