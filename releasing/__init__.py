"""A release runbook as a program. Read recipes.py first."""
