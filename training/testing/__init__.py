"""How a bundle would have done: the test window and back-tests before it."""
