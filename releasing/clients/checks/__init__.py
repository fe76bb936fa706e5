"""Whether a commit is green: checks on GitHub, and testgrid."""
