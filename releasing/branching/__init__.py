"""What belongs on a release branch, and how it gets there."""
