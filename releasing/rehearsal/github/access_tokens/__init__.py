"""Tokens of the local GitHub, and what each may do."""
