"""A release runbook as a program. Read recipes.py first."""

__version__ = "0.1.0"
