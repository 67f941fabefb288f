"""Look at jobs and cancel them."""
