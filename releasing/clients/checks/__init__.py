"""What says whether a commit is green: checks on GitHub, and testgrid."""
