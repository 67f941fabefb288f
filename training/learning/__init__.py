"""The learning stage: teachers, and the student that serves."""
