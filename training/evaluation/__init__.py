"""Bundles compared with what happened later, and with each other."""
