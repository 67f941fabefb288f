"""Everything that is learned from what was known at a cut-off."""
