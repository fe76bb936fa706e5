"""The one door to programs, and what belongs to it: environment, files, locks, waiting."""
