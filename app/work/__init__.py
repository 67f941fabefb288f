"""Jobs, leases and the threads that do the work in the background."""
