"""Releases of the local GitHub, and their assets."""
