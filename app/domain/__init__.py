"""Vocabulary and rules; standard library only."""
