"""Which nightly tags stay in the registry, and how the others are deleted."""
