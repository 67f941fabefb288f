"""The published contract, generated from the application."""
