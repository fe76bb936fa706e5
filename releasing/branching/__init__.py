"""Which commits belong on a release branch, and how they are picked onto it."""
