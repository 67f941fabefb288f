"""Customers: the facts that clients send, the profile of one customer, and the list of many."""
