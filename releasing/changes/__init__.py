"""What a pull request of a release changes."""
