"""The steps: each is declared once, with its check; recipes.py says in which section of the runbook."""
