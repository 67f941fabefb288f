"""What is known about customers: write it, read it, list it."""
