"""Customers: put the facts about them, get the profile of one, list them by score."""
