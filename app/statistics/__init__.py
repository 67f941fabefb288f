"""Small pure functions of statistics; each names its formula and where it comes from."""
