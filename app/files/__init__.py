"""Activity, customer and score files, in and out."""
