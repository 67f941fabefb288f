"""How a bundle would have done: the out-of-time test, earlier back-tests, and stability."""
