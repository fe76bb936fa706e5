"""Checks of the local GitHub: statuses, check runs, and which of them a commit gets."""
