"""Follow jobs, and cancel them."""
