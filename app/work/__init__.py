"""Background work: workers, the queue of jobs with their leases, and the thread that runs them."""
